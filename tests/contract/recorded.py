"""What must not change by accident, as files.

``./onemap test tests/contract --renew NAME`` records one of them anew, ``NAME,NAME`` several.
"""

from collections.abc import Iterable
from difflib import unified_diff
from pathlib import Path

from data.whole_files import write_whole

RECORDED = Path(__file__).parent / "recorded"
"""One file or folder a contract; its name is what ``--renew`` takes."""


def names_of(renewed: str) -> frozenset[str]:
    """The contracts that a value of ``--renew`` names, separated by commas.

    ValueError for a name that isn't recorded: a new contract begins as an empty file.
    """
    names = frozenset(name.strip() for name in renewed.split(",")) - {""}
    known = sorted(each.name for each in RECORDED.iterdir())
    if unknown := sorted(names.difference(known)):
        raise ValueError(f"{', '.join(unknown)}: no such contract. There are {', '.join(known)}")
    return names


def hold(name: str, found: str, renewed: str) -> None:
    """Compares the text with the file recorded under that name, or writes it there.

    ``renewed`` is the value of ``--renew``: the file is written when it names that or
    the folder in which it lies. A difference fails with the lines that changed and the command that
    records them on purpose.
    """
    file = RECORDED / name
    name = name.split("/", maxsplit=1)[0]
    if name in names_of(renewed):
        write_whole(file, found)
        return
    kept = file.read_text("utf-8")
    changed = unified_diff(
        kept.splitlines(), found.splitlines(), "recorded", "found", lineterm="", n=0
    )
    told = "\n".join(list(changed)[:60])
    assert found == kept, (
        f"{file.name} changed. Was it meant? ./onemap test tests/contract --renew {name}\n{told}"
    )


def lines(title: str, found: Iterable[str]) -> str:
    """A text with a comment on its first line and one item on each further line."""
    return "".join(f"{line}\n" for line in (f"# {title}", *found))
