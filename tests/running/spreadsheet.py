"""Reads an xlsx file as a spreadsheet does: each cell's value with its type and format."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from xml.etree import ElementTree as Xml
from zipfile import ZipFile

from data.clock import BUSINESS_ZONE

SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
BUILT_IN = {"0": "General", "1": "0", "2": "0.00", "9": "0%", "49": "@"}
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FIRST_DAY = datetime(1899, 12, 30, tzinfo=BUSINESS_ZONE)


@dataclass(frozen=True, slots=True)
class Cell:
    """A text, a number, or a moment in Beijing time, by the type and format in the file."""

    value: str | float | datetime | None
    form: str


@dataclass(frozen=True, slots=True)
class Page:
    """A sheet: its cells by name such as B3, and the XML of how it is shown and printed."""

    cells: dict[str, Cell]
    xml: str

    def line(self, number: int) -> list[Cell]:
        """The cells of a row, from left to right."""
        return [cell for name, cell in self.cells.items() if name.lstrip(LETTERS) == str(number)]


def pages(content: bytes) -> list[Page]:
    """The sheets of the file in their order."""
    with ZipFile(BytesIO(content)) as book:
        names = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
        texts = shared(book.read("xl/sharedStrings.xml"))
        forms = formats(book.read("xl/styles.xml"))
        return [page(book.read(name).decode(), texts, forms) for name in sorted(names)]


def tree(content: bytes | str) -> Xml.Element:
    return Xml.fromstring(content)  # noqa: S314 - a file of our own


def shared(content: bytes) -> list[str]:
    return ["".join(one.itertext()) for one in tree(content).findall(f"{SPACE}si")]


def formats(content: bytes) -> list[str]:
    styles = tree(content)
    own = {each.get("numFmtId"): each.get("formatCode") for each in styles.iter(f"{SPACE}numFmt")}
    known = {**BUILT_IN, **{key: code or "" for key, code in own.items() if key}}
    listed = styles.find(f"{SPACE}cellXfs")
    assert listed is not None
    return [known[each.get("numFmtId", "0")] for each in listed]


def page(xml: str, texts: list[str], forms: list[str]) -> Page:
    found = {}
    for cell in tree(xml).iter(f"{SPACE}c"):
        form = forms[int(cell.get("s", "0"))]
        held = cell.findtext(f"{SPACE}v")
        found[cell.get("r", "")] = Cell(value(held, cell.get("t"), form, texts), form)
    return Page(found, xml)


def value(
    held: str | None, kind: str | None, form: str, texts: list[str]
) -> str | float | datetime | None:
    if held is None:
        return None
    if kind == "s":
        return texts[int(held)]
    if "yy" in form:
        return (FIRST_DAY + timedelta(seconds=round(float(held) * 86400))).replace(
            tzinfo=BUSINESS_ZONE
        )
    return float(held)
