"""The ledger's table drawn: a Mermaid state diagram and a table, both in Markdown. Pure."""

from collections.abc import Iterable
from typing import Final

from data.errors import BadInput
from data.ledger_words import Status
from problem_ledger.steps import STEPS, Need, Relation, Step

BEGIN: Final = "<!-- drawn by: onemap ledger diagram -->"
END: Final = "<!-- end of what is drawn -->"

RELATIONS: Final = {
    Relation.COVERS: "duty covers the place",
    Relation.IN_UNIT: "in the handling unit or below it",
    Relation.CHECKER: "covers the place; outside the handling unit; never handled it",
    Relation.SIGNER: "as a checker, of the level the severity asks for; did not check it",
}


def draw(steps: Iterable[Step] = STEPS) -> str:
    """The diagram and the table, between their marks."""
    listed = tuple(steps)
    return "\n".join((BEGIN, *_diagram(listed), "", *_table(listed), END))


def drawn_into(document: str) -> str:
    """The document with what stands between its marks drawn anew. Raises BadInput without marks."""
    before, begin, rest = document.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise BadInput("The document lacks the marks between which the table is drawn.")
    return before + draw() + after


def _diagram(steps: Iterable[Step]) -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2"]
    for step in steps:
        for source in step.sources:
            if step.target is not None:
                start = source.value if source else "[*]"
                lines.append(f"    {start} --> {step.target.value}: {step.action.value}")
    lines += [f"    {status.value} --> [*]" for status in (Status.REFUSED, Status.ARCHIVED)]
    return [*lines, "```"]


def _table(steps: Iterable[Step]) -> list[str]:
    lines = [
        "| action | from | to | who | how they stand to it | needs |",
        "|---|---|---|---|---|---|",
    ]
    for step in steps:
        cells = (
            step.action.value,
            _sources(step),
            step.target.value if step.target else "stays",
            _who(step),
            RELATIONS[step.relation] if step.roles else "",
            ", ".join(_need(need) for need in step.needs) or "–",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _sources(step: Step) -> str:
    if len(step.sources) == len(Status):
        return "any"
    return ", ".join(source.value if source else "–" for source in step.sources)


def _who(step: Step) -> str:
    roles = sorted(role.value.replace("_", " ") for role in step.roles)
    return ", ".join(roles + (["the system"] if step.by_system else []))


def _need(need: Need) -> str:
    return need.value.replace("_", " ")
