"""The HTML document that every page of Dash begins as, with the rooms' styles and scripts."""

import json
import pkgutil
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextvars import ContextVar
from functools import cached_property
from hashlib import sha256
from html import escape
from itertools import chain
from typing import Any

import dash
from dash._utils import to_json as dash_json
from dash._validate import validate_js_path
from dash.exceptions import DependencyException
from dash.fingerprint import check_fingerprint
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboard.frame.auth import signed_in_user
from dashboard.frame.callback_values import checked, emptied
from dashboard.frame.dash_scripts import ADDRESS, NEVER_USED, START_DASH, run_later
from dashboard.frame.deps import Deps
from dashboard.frame.files import ASSETS, KeptFile, media_type, program_files
from dashboard.frame.modules import joined
from dashboard.frame.offload import off
from dashboard.frame.page import Page
from dashboard.frame.plain import lang
from dashboard.frame.room import Room
from dashboard.parts.wording import _

INDEX = """<!doctype html>
<html lang="{lang}" data-account="{account}">
<head>{metas}<title>{title}</title><meta name="color-scheme" content="light dark">
<link rel="icon" href="{mark}" type="image/svg+xml">
<script>{theme}</script>
<script type="importmap">{modules}</script>
{preloads}<link rel="stylesheet" href="{styles}">
{css}</head>
<body>{opening}<div id="react-entry-point"><div class="om-boot"><div class="bar"></div></div></div>
<p class="om-late" role="alert" hidden>{late} <a href="">{anew}</a></p>
<footer>{config}<script src="{script}"></script>
{scripts}{renderer}</footer></body></html>"""


opening_of_page: ContextVar[str] = ContextVar("opening_of_page", default="")
"""What stands in the document that is made just now before Dash draws the page."""

NEEDED_SCRIPTS = "X-OneMap-Scripts"
"""The header of a callback's answer that names the scripts which its components stand in."""


def assets_of(rooms: Iterable[str]) -> list[str]:
    """Returns the paths, below ``assets``, of the rooms' styles and scripts that each page loads.

    They come in the order of their file names, whatever their room, so that a file that moves to
    another room moves nothing in the cascade. Modules (``.mjs``) are loaded by who needs them.
    Raises ValueError for two files of one name.
    """
    found = sorted(
        (file.name, f"{room}/{file.name}")
        for room in rooms
        for file in (ASSETS / room).glob("*.*s")
        if file.suffix in {".css", ".js"}
    )
    names = [name for name, _path in found]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"two rooms have an asset named {', '.join(sorted(twice))}")
    return [path for _name, path in found]


class Frame(dash.Dash):
    """The Dash app with our HTML document, in the reader's language and with the theme preset."""

    pages: Sequence[Page] = ()
    known_callbacks: KeptFile | None = None
    optional: Sequence[str] = ()
    """Packages that only some pages need."""

    def load_assets(self, rooms: Iterable[Room], deps: Deps) -> None:
        """Joins the styles and scripts that every page loads, and the rooms' modules.

        Scripts import a module by its name; the page says at which fixed address it lies.
        """
        self.deps, listed = deps, list(rooms)
        self.pages = [page for room in listed for page in room.pages]
        self.optional = sorted({each for page in self.pages for each in page.packages})
        paths = assets_of(room.name for room in listed)
        styles = [path for path in paths if path.endswith(".css")]
        scripts = [path for path in paths if path.endswith(".js")]
        vendors = [path for path in self.files.kept if path.startswith("vendor/")]
        styles += [path for path in vendors if path.endswith(".css")]
        scripts = [path for path in vendors if path.endswith(".js")] + scripts
        self.styles = self.files.add("joined/page.css", self.files.together(styles))
        self.script = self.files.add("joined/page.js", self.files.together(scripts))
        sources = self.files.texts(".mjs")
        modules = {f"/assets/{path}": self.files.fixed(path) for path in sources}
        for first in chain.from_iterable(room.joined for room in listed):
            whole, _parts = joined(first, sources)
            modules[f"/assets/{first}"] = self.files.add(f"joined/{first}", whole)
        self.module_addresses = modules
        self.modules = json.dumps({"imports": modules}, separators=(",", ":"))
        self.theme = self.files.text("plain/theme.js")
        self.renderer = START_DASH

    def csp_hashes(self, hash_algorithm: str = "sha256") -> Sequence[str]:
        """Returns the hashes of all inline scripts of a page, Dash's and ours."""
        ours = [sha256(text.encode()).digest() for text in (self.theme, self.modules)]
        hashes = [f"'sha256-{b64encode(each).decode()}'" for each in ours]
        return [*super().csp_hashes(hash_algorithm), *hashes]

    def callback(self, *args: Any, **options: Any) -> Callable[..., Any]:
        """Returns Dash's decorator of a callback, with values checked and emptied parts told."""
        register = super().callback(*args, **options)

        def registered(function: Callable[..., Any]) -> Any:
            return register(emptied(checked(function)))

        return registered

    def init_app(self, app: Any = None, **kwargs: Any) -> None:
        """Sets Dash up on its server; our own files and those of its packages are kept ready."""
        backend: Any = self.backend
        self.files = program_files()
        self.suites: dict[tuple[str, str], KeptFile] = {}
        vars(backend)["register_assets_blueprint"] = lambda name, path, _folder: self.server.mount(
            path, self.files, name=name
        )
        vars(backend)["setup_component_suites"] = Frame.serve_suites
        vars(backend)["serve_callback"] = Frame.serve_callback
        vars(backend)["setup_index"] = Frame.serve_index
        super().init_app(app, **kwargs)

    def serve_index(self) -> None:
        """Adds the address of the first page, whose document may hold more than the others'."""

        async def index(request: Request) -> Response:
            page = self.page_at(request.url.path)
            opening = await page.opening(request, self.deps) if page and page.opening else ""
            token = opening_of_page.set(opening)
            try:
                document = vars(dash.Dash)["index"](self)
                if opening:
                    document = run_later(document)
                return Response(document, media_type="text/html")
            finally:
                opening_of_page.reset(token)

        self._add_url("", index)

    def opened_page(self) -> Page | None:
        """Returns the page whose document is asked for just now."""
        has_request = self.backend.has_request_context()
        return self.page_at(self.backend.request_adapter().path) if has_request else None

    def preloads(self) -> str:
        """Returns the tags by which the opened page's modules and answers are asked for at once."""
        page = self.opened_page()
        if page is None:
            return ""
        addresses = [self.module_addresses[f"/assets/{each}"] for each in page.modules]
        modules = [f'<link rel="modulepreload" href="{each}">\n' for each in addresses]
        answers = [
            f'<link rel="preload" as="fetch" crossorigin="anonymous" href="{escape(each)}">\n'
            for each in page.fetched
        ]
        return "".join((*modules, *answers))

    def page_at(self, path: str) -> Page | None:
        """Returns the page at an address, None where there is none."""
        fitting = (page for page in self.pages if page.rule().covers(path))
        return max(fitting, key=lambda page: len(page.path), default=None)

    def _config(self) -> dict[str, Any]:
        """Returns what Dash's scripts are told; they don't compare ids with all layouts.

        They would need every page's layout in each page for it. A test compares them instead.
        """
        config: dict[str, Any] = vars(dash.Dash)["_config"](self)
        config.pop("validation_layout", None)
        return {**config, "suppress_callback_exceptions": True}

    def _generate_scripts_html(self) -> str:
        """Returns the tags of Dash's scripts, without those that the opened page doesn't need."""
        page = self.opened_page()
        needed = page.packages if page else ()
        unused = [*NEVER_USED, *(f"/{each}/" for each in self.optional if each not in needed)]
        tags = super()._generate_scripts_html().split("\n")
        return "\n".join(tag for tag in tags if not any(each in tag for each in unused))

    def serve_callback(self) -> Callable[[Request], Awaitable[Response]]:
        """Returns what answers callbacks. A header names the scripts that an answer needs.

        Those are of packages which the page may not have brought, having been opened elsewhere.
        Dash leaves the type of an answer out, without which it would not be packed.
        """
        answer_of = type(self.backend).serve_callback(self.backend, self)

        async def answered(request: Request) -> Response:
            answer: Response = await answer_of(request)
            answer.headers.setdefault("Content-Type", "application/json")
            for package in self.optional:
                if f'"namespace":"{package}"'.encode() in bytes(answer.body):
                    scripts = [each["url"] for each in self.get_dist([package])]
                    answer.headers[NEEDED_SCRIPTS] = " ".join(scripts)
            return answer

        return answered

    async def dependencies(self, request: Request) -> Response:
        """Returns the answer with all callbacks: the same for everybody, so it has a tag."""
        if self.known_callbacks is None:
            listed = dash_json(self._callback_list).encode()
            self.known_callbacks = KeptFile(listed, "application/json")
        return await self.known_callbacks.answer(request.headers, is_fixed=False)

    def serve_suites(self) -> None:
        """Adds the address of the files of Dash's packages; one that isn't served is answered 404.

        Dash writes version and time of a file into its address; only at those of today a file is
        kept for a year.
        """

        async def serve(request: Request, package_name: str, fingerprinted_path: str) -> Response:
            path, _is_marked = check_fingerprint(fingerprinted_path)
            is_fixed = request.url.path in self.fixed_suites
            try:
                kept = self.suite_file(package_name, path)
            except (DependencyException, KeyError, OSError, ValueError):
                raise HTTPException(404) from None
            return await kept.answer(request.headers, is_fixed=is_fixed)

        self._add_url("_dash-component-suites/{package_name}/{fingerprinted_path:path}", serve)

    @cached_property
    def fixed_suites(self) -> frozenset[str]:
        """The addresses of the packages' files as Dash writes them now."""
        return frozenset(ADDRESS.findall(super()._generate_scripts_html()))

    def suite_file(self, package: str, path: str) -> KeptFile:
        """Returns a file of a package that Dash serves. Raises DependencyException for others."""
        validate_js_path(self.registered_paths, package, path)
        if (package, path) not in self.suites:
            body = pkgutil.get_data(package, path)
            if body is None:
                raise FileNotFoundError(path)
            self.suites[package, path] = KeptFile(body, media_type(path))
        return self.suites[package, path]

    async def serve_layout(self) -> Any:
        """Returns the answer with the frame of all pages, for the reader; made in a thread."""
        return await off(super().serve_layout)

    def interpolate_index(
        self,
        metas: str = "",
        title: str = "",
        css: str = "",
        config: str = "",
        scripts: str = "",
        app_entry: str = "",
        favicon: str = "",
        renderer: str = "",
    ) -> str:
        """Returns the HTML document built from Dash's pieces; entry point and icon are our own."""
        del app_entry, favicon
        user = signed_in_user()
        return INDEX.format(
            lang=lang(),
            account=user.account_id if user else "",
            mark=self.files.fixed("/assets/frame/mark.svg"),
            theme=self.theme,
            modules=self.modules,
            preloads=self.preloads(),
            opening=opening_of_page.get(),
            late=_("The page is not there yet."),
            anew=_("Load the page anew"),
            styles=self.styles,
            script=self.script,
            metas=metas,
            title=title,
            css=css,
            config=config,
            scripts=scripts,
            renderer=renderer,
        )
