"""The documents hang together: every link leads somewhere, and every document is linked."""

import re
from pathlib import Path

import pytest

from tests.running.folders import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\((?!https?:)([^)\s]*)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def links_of(document: Path) -> list[tuple[Path, str]]:
    """Each link of a document as the file it names and the heading in it, empty for none."""
    found = []
    for link in LINK.findall(document.read_text("utf-8")):
        path, _hash, heading = link.partition("#")
        found.append(((document.parent / path).resolve() if path else document, heading))
    return found


def anchors_of(document: Path) -> set[str]:
    """What GitHub makes of a document's headings for links to them."""
    headings = HEADING.findall(document.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", each.lower()).strip().replace(" ", "-") for each in headings}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_a_document_leads_somewhere(document: Path) -> None:
    lost = [
        f"{path.name}#{heading}"
        for path, heading in links_of(document)
        if not path.exists() or (heading and heading not in anchors_of(path))
    ]
    assert lost == []


def test_every_document_is_linked_from_another() -> None:
    linked = {path for each in DOCUMENTS for path, _heading in links_of(each) if path != each}
    entrances = {ROOT / "README.md", *(ROOT / "docs" / "decisions").glob("*.md")}
    """Decisions are read as a folder, in the order of their numbers."""
    unlinked = set(DOCUMENTS) - linked - entrances
    assert sorted(str(each.relative_to(ROOT)) for each in unlinked) == []
