"""Excel workbooks as other programs write them, part by part."""

import zipfile
from pathlib import Path

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def write_book(path: Path, *sheets: str, texts: str = "", styles: str = "", book: str = "") -> Path:
    """Writes a workbook whose sheets have these rows (XML); returns its path.

    ``texts`` are its shared texts, ``styles`` its styles, ``book`` what stands above its sheets.
    """
    numbers = range(1, len(sheets) + 1)
    named = "".join(f'<sheet name="S{n}" sheetId="{n}" q:id="r{n}"/>' for n in numbers)
    linked = "".join(
        f'<Relationship Id="r{n}" Type="{LINKS}/worksheet" Target="/xl/worksheets/s{n}.xml"/>'
        for n in numbers
    )
    more = {"sharedStrings": f"<sst {MAIN}>{texts}</sst>", "styles": f"<s {MAIN}>{styles}</s>"}
    linked += "".join(
        f'<Relationship Id="{name}" Type="{LINKS}/{name}" Target="{name}.xml"/>' for name in more
    )
    parts = {
        "workbook.xml": f'<w {MAIN} xmlns:q="{LINKS}">{book}<sheets>{named}</sheets></w>',
        "_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{linked}</Relationships>',
        **{f"{name}.xml": content for name, content in more.items()},
        **{
            f"worksheets/s{n}.xml": f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>"
            for n, rows in zip(numbers, sheets, strict=True)
        },
    }
    typed = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{OFFICE}.{kind}+xml"/>'
        for part, kind in (("workbook", "sheet.main"), ("sharedStrings", "sharedStrings"))
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{TYPES}">{typed}</Types>')
        for name, content in parts.items():
            archive.writestr(f"xl/{name}", content)
    return path
