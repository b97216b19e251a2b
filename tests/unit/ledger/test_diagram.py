"""The document shows the steps and rules as they are."""

import pytest

from data.errors import BadInput
from data.procedure.steps import STEPS
from problem_ledger.cases.diagram import draw, drawn_into
from tests.running.folders import ROOT

DOCUMENT = ROOT / "docs" / "ledger.md"


def test_the_document_is_up_to_date() -> None:
    document = DOCUMENT.read_text("utf-8")
    assert document == drawn_into(document), "./onemap ledger diagram --into docs/ledger.md"


def test_every_move_of_the_table_is_drawn() -> None:
    drawn = draw()
    for step in STEPS:
        for source in step.sources:
            start = source.value if source else "[*]"
            arrow = f"    {start} --> {step.target}: {step.action}\n"
            assert (arrow in drawn) is (step.target is not None)


def test_a_document_without_marks_is_refused() -> None:
    with pytest.raises(BadInput, match="marks"):
        drawn_into("# Nothing to draw in\n")
