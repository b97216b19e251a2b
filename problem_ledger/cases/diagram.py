"""The ledger's steps and rules drawn for a document: a Mermaid state diagram and two tables."""

from collections.abc import Iterable, Iterator
from typing import Final

from data.errors import BadInput
from data.procedure.step import Need, Relation, Request, Step
from data.procedure.steps import STEPS
from data.procedure.turns import ENDS
from data.words.ledger import Status
from problem_ledger.cases.rules import DeadlineRule, Rules, SignOffRule, load_rules

BEGIN: Final = "<!-- drawn by: onemap ledger diagram -->"
END: Final = "<!-- end of what is drawn -->"

RELATIONS: Final = {
    Relation.COVERS: "duty covers the place",
    Relation.IN_UNIT: "in the handling unit or below it",
    Relation.CHECKER: "covers the place; outside the handling unit; never handled it",
    Relation.SIGNER: "as a checker, of the level the severity asks for; did not check it",
    Relation.DECIDER: "as a checker, of the level the severity asks for to sign it off",
}


def draw() -> str:
    """Returns Markdown: the status diagram, the table of steps and that of the shipped rules."""
    parts = (BEGIN, *_diagram(STEPS), "", *_table(STEPS), "", *_rules(load_rules()), END)
    return "\n".join(parts)


def drawn_into(document: str) -> str:
    """Returns the document redrawn between its marks. Raises BadInput without them."""
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
    lines += [f"    {status.value} --> [*]" for status in ENDS]
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
            _needs(step),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _rules(rules: Rules) -> Iterator[str]:
    yield "| rule | figure | source | verified |"
    yield "|---|---|---|---|"
    for severity, deadline in rules.deadlines.items():
        yield _rule(f"deadline, {severity.value}", f"{deadline.days} working days", deadline)
    for deadline in rules.overrides.values():
        yield _rule(f"deadline, {deadline.key}", f"{deadline.days} working days", deadline)
    for severity, level in rules.sign_offs.items():
        yield _rule(f"sign off, {severity.value}", f"{level.level.value} or above", level)
    run = f"{rules.exceedance.consecutive} in a row; again after {rules.exceedance.normal} normal"
    silent = (
        f"{rules.offline.hours} hours or {rules.offline.intervals} intervals, the longer;"
        f" none when more than {rules.offline.most_percent} % fall silent at once"
    )
    longer = (
        f"{rules.extension.most} times a problem; {rules.extension.working_days} working days each"
        f" at most, {rules.extension.proposed} proposed"
    )
    for name, figure in (
        ("amber", f"{rules.amber.working_days} working days or {rules.amber.share:.0%} left"),
        ("hand_back", f"{rules.hand_back.total_seconds() / 3600:g} hours"),
        ("extension", longer),
        ("look_back", f"{rules.look_back} months"),
        ("exceedance", run),
        ("offline", silent),
        ("photos", f"{rules.most_photos} a step at most"),
    ):
        source, verified = rules.sources[name]
        yield _line(name.replace("_", " "), figure, source, verified)


def _rule(name: str, figure: str, rule: DeadlineRule | SignOffRule) -> str:
    return _line(name, figure, rule.source, rule.verified)


def _line(name: str, figure: str, source: str, verified: bool) -> str:
    return f"| {name} | {figure} | {source} | {'yes' if verified else 'no'} |"


def _sources(step: Step) -> str:
    if len(step.sources) == len(Status):
        return "any"
    return ", ".join(source.value if source else "–" for source in step.sources)


def _who(step: Step) -> str:
    roles = sorted(role.value.replace("_", " ") for role in step.roles)
    return ", ".join(roles + (["the system"] if step.by_system else []))


REQUESTS: Final = {
    Request.NONE: "no request for more time waits",
    Request.PENDING: "a request for more time waits",
}


def _needs(step: Step) -> str:
    asked = [_need(need) for need in step.needs]
    if step.request is not None:
        asked.append(REQUESTS[step.request])
    return ", ".join(asked) or "–"


def _need(need: Need) -> str:
    return need.value.replace("_", " ")
