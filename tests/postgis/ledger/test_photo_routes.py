"""Photos over HTTP: how large they may be, who may fetch them, what leaves with them."""

import socket
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from urllib.parse import urlsplit

import httpx
import pytest
from PIL import Image
from sqlalchemy import text

from data.words.ledger import Action, Status
from problem_ledger.evidence.photo_bytes import MOST
from tests.fixtures.served import Served
from tests.made.ledger.acts import photo_of, problem, take
from tests.made.ledger.pictures import photo
from tests.made.office import Office

UPLOAD = "/api/v1/photos"


def upload(client: httpx.Client, content: bytes, name: str = "IMG_0001.jpg") -> httpx.Response:
    return client.post(UPLOAD, files={"photo": (name, content, "image/jpeg")})


def test_what_an_upload_answers(patroller: httpx.Client) -> None:
    content = photo(11, lon=112.2, lat=32.5, bearing=48.0, clock="2026:11:09 08:45:00")
    answer = upload(patroller, content)
    assert answer.status_code == 201, answer.text
    kept = answer.json()
    assert kept["sha256"] == sha256(content).hexdigest()
    assert (kept["width"], kept["height"], kept["mime"]) == (640, 480, "image/jpeg")
    assert kept["longitude"] == pytest.approx(112.2, abs=1e-6)
    assert kept["bearing"] == 48
    assert kept["camera_clock"] == "2026:11:09 08:45:00"
    assert upload(patroller, content).json()["id"] == kept["id"]


def test_25_megabytes_pass_and_more_are_refused(patroller: httpx.Client) -> None:
    whole = photo(12)
    whole += b"\0" * (MOST.byte_count - len(whole))
    assert upload(patroller, whole).status_code == 201
    over = upload(patroller, whole + b"\0")
    assert over.status_code == 413
    assert over.json()["type"] == "urn:onemap:problem:too_large"
    assert "25 MB" in over.json()["detail"]


def chunked(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), 65536):
        yield content[start : start + 65536]


def test_a_body_of_untold_length_is_bounded_too(patroller: httpx.Client) -> None:
    frame = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="x.jpg"\r\n\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    fitting = frame + photo(13) + b"\r\n--b--\r\n"
    assert patroller.post(UPLOAD, content=chunked(fitting), headers=headers).status_code == 201
    endless = frame + b"\0" * (MOST.byte_count * 3) + b"\r\n--b--\r\n"
    answer = patroller.post(UPLOAD, content=chunked(endless), headers=headers)
    assert answer.status_code == 413
    assert "50 MB" in answer.json()["detail"]


def test_a_length_past_the_bound_is_refused_before_a_byte_is_read(
    patroller: httpx.Client, shared_served: Served
) -> None:
    parts = urlsplit(shared_served.url)
    head = (
        f"POST {UPLOAD} HTTP/1.1\r\nHost: {parts.netloc}\r\nOrigin: {shared_served.url}\r\n"
        f"Cookie: onemap_session={patroller.cookies['onemap_session']}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 500000000\r\n\r\n"
    )
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as wire:
        wire.sendall(head.encode())
        answer = wire.recv(4096).decode()
    assert answer.startswith("HTTP/1.1 413"), answer


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"GIF89a", photo(14)[:900]])
def test_what_is_no_photo_is_refused(patroller: httpx.Client, content: bytes) -> None:
    answer = upload(patroller, content)
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:onemap:problem:bad_input"


def test_photos_wait_in_bounded_number(served_office: Office, shared_served: Served) -> None:
    photo_of(served_office, "chief_city")
    with served_office.database.owner.begin() as connection:
        for _each in range(59):
            connection.execute(
                text(
                    "INSERT INTO photo (sha256, mime, byte_count, width, height, original, shown,"
                    " thumb, likeness, uploader_id, uploaded_at) SELECT decode(md5(random()::text),"
                    " 'hex'), mime, byte_count, width, height, original, shown, thumb, likeness,"
                    " :who, uploaded_at FROM photo ORDER BY id LIMIT 1"
                ),
                {"who": served_office.accounts["chief_city"]},
            )
    with shared_served.client("chief_city") as client:
        assert upload(client, photo(15)).status_code == 409


def attached(office: Office) -> int:
    """A photo that came with a submission."""
    done = take(office, problem(office, Status.RECTIFYING), Action.SUBMIT)
    with office.database.app.begin() as connection:
        return int(
            connection.execute(
                text("SELECT id FROM photo WHERE problem_id = :id"), {"id": done.problem_id}
            ).scalar_one()
        )


READERS = ("patroller_up", "office_up", "member_above", "chief_province", "auditor")
STRANGERS = ("patroller_down", "office_down", "member_down")
ORIGINALS = ("office_up", "chief", "auditor")


def test_who_may_fetch_a_photo(served_office: Office, shared_served: Served) -> None:
    number = attached(served_office)
    for who in (*READERS, *STRANGERS, "neighbour", "administrator"):
        with shared_served.client(who) as client:
            answers = {
                size: client.get(f"{UPLOAD}/{number}?size={size}") for size in ("thumb", "shown")
            }
        expected = 200 if who in READERS else 404 if who in STRANGERS else 403
        assert {each.status_code for each in answers.values()} == {expected}, who
    with shared_served.client() as nobody:
        assert nobody.get(f"{UPLOAD}/{number}").status_code == 401


def test_copies_are_private_and_bare(served_office: Office, shared_served: Served) -> None:
    number = attached(served_office)
    with shared_served.client("patroller_up") as client:
        thumb = client.get(f"{UPLOAD}/{number}?size=thumb")
    assert thumb.headers["content-type"] == "image/jpeg"
    assert "private" in thumb.headers["cache-control"]
    assert thumb.headers["vary"] == "Cookie"
    assert Image.open(BytesIO(thumb.content)).size == (320, 240)
    assert b"Exif" not in thumb.content


def test_originals_are_for_some_and_logged(served_office: Office, shared_served: Served) -> None:
    number = attached(served_office)
    for who in ("patroller_up", "member_above", *ORIGINALS):
        with shared_served.client(who) as client:
            answer = client.get(f"{UPLOAD}/{number}?size=original")
        assert answer.status_code == (200 if who in ORIGINALS else 403), who
        if who in ORIGINALS:
            assert "attachment" in answer.headers["content-disposition"]
            assert "no-store" in answer.headers["cache-control"]
    with served_office.database.owner.begin() as connection:
        logged = connection.execute(
            text("SELECT count(*) FROM access_log WHERE action = 'export' AND object LIKE :about"),
            {"about": f"photo {number} 411381-%"},
        ).scalar_one()
    assert logged == len(ORIGINALS)


def test_a_waiting_photo_is_its_uploaders_alone(
    served_office: Office, shared_served: Served, patroller: httpx.Client
) -> None:
    number = upload(patroller, photo(16)).json()["id"]
    assert patroller.get(f"{UPLOAD}/{number}").status_code == 200
    with shared_served.client("chief_province") as chief:
        assert chief.get(f"{UPLOAD}/{number}").status_code == 404
        body = {
            "place": {"x": 112.2003, "y": 32.7},
            "category": "other.other",
            "description": "别人的照片",
            "photo_ids": [number],
        }
        taken = chief.post("/api/v1/problems", json=body, headers={"Idempotency-Key": "stolen-01"})
    assert taken.status_code == 400
