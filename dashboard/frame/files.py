"""The program's own files: kept in memory, packed once, sent with a tag of their content."""

import gzip
import mimetypes
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import blake2b
from http import HTTPStatus
from pathlib import Path

import brotli
from fastapi import FastAPI
from starlette.datastructures import Headers, QueryParams
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette_compress import CompressMiddleware, add_compress_type, remove_compress_type

from dashboard.frame.offload import off

ASSETS = Path(__file__).parents[1] / "assets"

BROTLI_QUALITY = 9
"""Brotli's best (11) makes a file a tenth smaller for twenty times as much work."""

FOREVER = "public, max-age=31536000, immutable"
"""A year: the address changes with the content."""

PACKED_TYPES = frozenset({"application/json", "application/manifest+json", "image/svg+xml"})
"""What is packed besides text and scripts; pictures and fonts are packed already."""

LEAST_PACKED = 400
"""Files below this many bytes are sent as they are."""

REFUSED = re.compile(r"q=0(\.0*)?")


@dataclass
class KeptFile:
    """A file in memory: its bytes, its type, and its packed forms once somebody asked for them."""

    body: bytes
    media_type: str
    packed: dict[str, bytes] = field(default_factory=dict)

    @cached_property
    def tag(self) -> str:
        """A short hash of the content."""
        return blake2b(self.body, digest_size=6).hexdigest()

    @property
    def is_packable(self) -> bool:
        """Whether packing makes it smaller."""
        is_text = self.media_type.startswith("text/") or self.media_type in PACKED_TYPES
        return is_text and len(self.body) >= LEAST_PACKED

    def pack(self, coding: str) -> bytes:
        """Returns the content packed as "br" or "gzip"; the work is done once."""
        if coding not in self.packed:
            self.packed[coding] = (
                brotli.compress(self.body, quality=BROTLI_QUALITY)
                if coding == "br"
                else gzip.compress(self.body, mtime=0)
            )
        return self.packed[coding]

    async def answer(self, request: Headers, *, is_fixed: bool) -> Response:
        """Returns the answer to a request with these headers, in the best coding it accepts.

        ``is_fixed``: the address stands for this very content, so that it may be kept for a year.
        A range is answered with the whole file, as HTTP allows.
        """
        coding = coding_for(request.get("accept-encoding", "")) if self.is_packable else ""
        tag = f'"{self.tag}-{coding}"' if coding else f'"{self.tag}"'
        headers = {
            "ETag": tag,
            "Cache-Control": FOREVER if is_fixed else "no-cache",
            "Accept-Ranges": "none",
        }
        if self.is_packable:
            headers["Vary"] = "Accept-Encoding"
        if has_tag(request.get("if-none-match", ""), tag):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
        if coding:
            headers["Content-Encoding"] = coding
        body = await off(self.pack, coding) if coding else self.body
        return Response(body, headers=headers, media_type=self.media_type)


class Files:
    """The files below a folder and what is joined of them, at addresses below ``mount``."""

    def __init__(self, folder: Path, mount: str) -> None:
        self.mount = mount
        self.kept: dict[str, KeptFile] = {
            file.relative_to(folder).as_posix(): KeptFile(file.read_bytes(), media_type(file.name))
            for file in sorted(folder.rglob("*"))
            if file.is_file()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a GET or HEAD of a file; raises HTTPException for everything else."""
        if scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": "GET, HEAD"})
        path = scope["path"].removeprefix(scope.get("root_path") or self.mount)
        kept = self.kept.get(path.removeprefix("/"))
        if kept is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        is_fixed = QueryParams(scope["query_string"]).get("v") == kept.tag
        answer = await kept.answer(Headers(scope=scope), is_fixed=is_fixed)
        await answer(scope, receive, send)

    def fixed(self, address: str) -> str:
        """Returns a file's address with the hash of its content; a browser keeps it for a year.

        Raises KeyError for an address at which there is no file.
        """
        path = address.removeprefix(self.mount).removeprefix("/")
        return f"{self.mount}/{path}?v={self.kept[path].tag}"

    def add(self, path: str, text: str) -> str:
        """Adds a file made of others; returns its fixed address."""
        self.kept[path] = KeptFile(text.encode(), media_type(path))
        return self.fixed(path)

    def text(self, path: str) -> str:
        """Returns a file's text. Raises KeyError where there is no such file."""
        return self.kept[path].body.decode()

    def texts(self, ending: str) -> dict[str, str]:
        """Returns the texts of all files whose name ends so, by their paths."""
        return {path: self.text(path) for path in self.kept if path.endswith(ending)}

    def together(self, paths: Iterable[str]) -> str:
        """Returns the texts of styles or of scripts one after the other, each with its path."""
        return "\n".join(f"/* {path} */\n{self.text(path)}" for path in paths)


@cache
def program_files() -> Files:
    """Returns the files below ``dashboard/assets``, read when they are first asked for."""
    return Files(ASSETS, "/assets")


def pack_answers(server: FastAPI) -> None:
    """Makes the server pack every answer of text, JSON or SVG that isn't packed yet.

    Not the stream of events, whose lines are a few bytes each, nor tiles, which are packed by
    themselves.
    """
    remove_compress_type("text/event-stream")
    remove_compress_type("application/vnd.mapbox-vector-tile")
    add_compress_type("application/problem+json")
    add_compress_type("text/csv")
    server.add_middleware(
        CompressMiddleware, minimum_size=LEAST_PACKED, zstd=False, brotli_quality=5
    )


def media_type(name: str) -> str:
    """Returns the media type of a file of that name; scripts are JavaScript by their endings."""
    if name.endswith((".js", ".mjs")):
        return "text/javascript"
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def coding_for(accepted: str) -> str:
    """Returns the best coding that an Accept-Encoding allows: "br", "gzip" or "" for none."""
    allowed = {}
    for part in accepted.lower().split(","):
        name, _semicolon, weight = part.partition(";")
        allowed[name.strip()] = not REFUSED.fullmatch(weight.replace(" ", ""))
    others = allowed.get("*", False)
    return next((coding for coding in ("br", "gzip") if allowed.get(coding, others)), "")


def has_tag(said: str, tag: str) -> bool:
    """Returns whether an If-None-Match names the tag."""
    return any(one.strip().removeprefix("W/") in {tag, "*"} for one in said.split(","))
