"""A file that is something else than its name says is named by what it is."""

import gzip
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest
import xlsxwriter

from dashboard.commands import classify
from dashboard.commands.publish import read_messages
from data.encodings import decode_text
from data.errors import BadInput
from data.imports.fields import ImportKind
from data.imports.files import read_table
from data.imports.source import read
from ingest.history.office_files import plain_file
from tests.made.imports.books import write_book

OFFICE = "站点,监测时间,pH\nS-1,2026-11-26 08:00,7.1\n"
OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)


def content(kind: str, folder: Path) -> bytes:
    """Returns the bytes of a file of that kind."""
    file = folder / "made"
    if kind == "parquet":
        pyarrow.parquet.write_table(pa.table({"station": ["S-1"]}), file)
    elif kind == "xlsx":
        book = xlsxwriter.Workbook(file)
        book.add_worksheet().write(0, 0, "station")
        book.close()
    elif kind == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("a.csv", OFFICE)
    else:
        return {
            "xls": OLD,
            "html": b"\r\n<html><table><tr><td>station</td></tr></table></html>",
            "gzip": gzip.compress(OFFICE.encode()),
            "zeros": bytes(4096),
            "noise": bytes(range(256)) * 4 + bytes(300),
        }[kind]
    return file.read_bytes()


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("xls", "an old Excel workbook"),
        ("html", "a web page"),
        ("gzip", "but gzip"),
        ("parquet", "but Parquet"),
        ("xlsx", "is an Excel workbook"),
        ("zip", "is a zip file"),
        ("zeros", "nothing but zero bytes"),
        ("noise", "no text|UTF-8"),
    ],
)
def test_what_is_no_text_is_named_by_every_reader(tmp_path: Path, kind: str, says: str) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(content(kind, tmp_path))
    readers = [
        lambda: read_table(file),
        lambda: plain_file(file).__enter__(),
        lambda: read_messages(file),
        lambda: classify._parse(file.read_bytes(), str(file)),
    ]
    for reader in readers:
        with pytest.raises(BadInput, match=says):
            reader()
    (tmp_path / "a.jsonl").write_bytes(file.read_bytes())
    if kind != "noise":
        with pytest.raises(BadInput, match=says):
            read_messages(tmp_path / "a.jsonl")


@pytest.mark.parametrize("bom", [True, False])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"])
def test_text_in_utf_16_is_known_without_its_mark(tmp_path: Path, encoding: str, bom: bool) -> None:
    raw = f"{chr(0xFEFF) if bom else ''}{OFFICE}".encode(encoding)
    if "32" in encoding and not bom:
        with pytest.raises(BadInput, match="no text"):
            read_table(_written(tmp_path, raw))
        return
    assert decode_text(raw).text == OFFICE
    with plain_file(_written(tmp_path, raw)) as plain:
        assert plain.file.read_text("utf-8") == "station,time,ph\nS-1,2026-11-26 08:00,7.1\n"


@pytest.mark.parametrize(
    "text",
    ["name,note\n甲\0,x\n" * 50, "a\0,b\n", "名\0称,b\n\0,c\n", "a,b\n名称\0\nc,d\n"],
    ids=repr,
)
def test_a_zero_byte_in_a_text_makes_it_no_utf_16(text: str) -> None:
    for encoding in ("utf-8", "gbk"):
        assert decode_text(text.encode(encoding)).text == text


def test_garbled_titles_lead_to_the_encoding(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="--encoding") as refused:
        plain_file(_written(tmp_path, "測站編號,時間\nS,t\n".encode("big5"))).__enter__()
    assert "must be station" in str(refused.value)
    with pytest.raises(BadInput, match="must be station") as refused:
        plain_file(_written(tmp_path, b"code,time\nS,t\n")).__enter__()
    assert "--encoding" not in str(refused.value)


def test_a_title_that_stands_there_twice_is_named(tmp_path: Path) -> None:
    for header in ("station,time,ph,ph", "站点,时间,pH,pH"):
        with pytest.raises(BadInput, match=r"(?i)once: ph stands|ph is there twice"):
            plain_file(_written(tmp_path, f"{header}\nS,t,7,7\n".encode())).__enter__()


def test_a_zip_in_a_zip_is_named(tmp_path: Path) -> None:
    file = tmp_path / "a.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("里面.zip", b"PK")
    with pytest.raises(BadInput, match=r"no file of data that is read, but: 里面\.zip.*Unpack"):
        read_table(file)


def test_a_zip_or_workbook_whose_bytes_are_damaged_is_refused(tmp_path: Path) -> None:
    packed = [tmp_path / "deflated.zip", tmp_path / "lzma.zip"]
    for file, method in zip(packed, (zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA), strict=True):
        with zipfile.ZipFile(file, "w", method) as archive:
            archive.writestr("a.csv", "station,time\n" * 99)
    book = write_book(tmp_path / "a.xlsx", "<row><c><v>1</v></c></row>" * 99)
    for file in (*packed, book):
        with zipfile.ZipFile(file) as archive:
            last = archive.infolist()[-1]
        content = bytearray(file.read_bytes())
        begin = last.header_offset + 30 + len(last.filename) + 4
        content[begin : begin + 8] = b"\xff" * 8
        file.write_bytes(content)
        with pytest.raises(BadInput, match=r"can't be unpacked|is damaged"):
            read_table(file)


@pytest.mark.parametrize(("name", "says"), [("a.zip", "is damaged"), ("a.csv", "is a zip file")])
def test_a_zip_whose_directory_is_damaged_is_refused(tmp_path: Path, name: str, says: str) -> None:
    file = tmp_path / name
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("监测.csv", OFFICE)
    content = file.read_bytes()
    version = content.index(b"PK\x01\x02") + 6
    for damaged in (
        content.replace("监".encode(), b"\xff\xfe\xfd"),
        content[:version] + b"\xff" + content[version + 1 :],
    ):
        file.write_bytes(damaged)
        with pytest.raises(BadInput, match=says):
            read_table(file)


def test_short_lines_below_a_very_wide_header_are_too_many_cells(tmp_path: Path) -> None:
    table = ",".join(f"c{number}" for number in range(20_000)) + "\n" + "x\n" * 3000
    with pytest.raises(BadInput, match="3000 rows of 20000 columns"):
        read_table(_written(tmp_path, table.encode()))


COLLECTION = (
    '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"甲河"},'
    '"geometry":{"type":"LineString","coordinates":[[112,32.5],[112.1,32.4]]}}]}'
)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_geojson_of_any_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "a.geojson"
    file.write_bytes(COLLECTION.encode(encoding))
    assert [row.name for row in read(file, ImportKind.RIVERS).rows] == ["甲河"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[1, 2]", "JSON, but no GeoJSON"),
        ('{"features": 1}', "JSON, but no GeoJSON"),
        ("[" * 100_000, "nested too deep"),
        (COLLECTION[:-9], "no JSON from line 1, character"),
        ("name", "no JSON from line 1, character 1"),
        ("", "is empty"),
    ],
)
def test_what_is_no_geojson_is_said_in_our_words(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "a.geojson"
    file.write_text(text, "utf-8")
    with pytest.raises(BadInput, match=says) as refused:
        read(file, ImportKind.RIVERS)
    assert "onemap-import" not in str(refused.value)


def _written(folder: Path, raw: bytes) -> Path:
    file = folder / "a.csv"
    file.write_bytes(raw)
    return file
