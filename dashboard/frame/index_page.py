"""The HTML document that every page of Dash begins as, with the rooms' styles and scripts."""

import pkgutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import dash
from dash._validate import validate_js_path
from dash.exceptions import DependencyException
from dash.fingerprint import check_fingerprint
from dash.resources import ResourceType
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from dashboard.frame.auth import signed_in_user
from dashboard.frame.callback_values import checked, emptied
from dashboard.frame.files import Files, KeptFile, media_type
from dashboard.frame.offload import off
from dashboard.frame.plain import lang

INDEX = """<!doctype html>
<html lang="{lang}" data-account="{account}">
<head>{metas}<title>{title}</title><meta name="color-scheme" content="light dark">
<link rel="icon" href="/assets/frame/mark.svg" type="image/svg+xml">
<script src="/assets/plain/theme.js"></script>
{css}</head>
<body><div id="react-entry-point"><div class="om-boot"><div class="bar"></div></div></div>
<footer>{config}{scripts}{renderer}</footer></body></html>"""


ASSETS = Path(__file__).parents[1] / "assets"


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

    def load_assets(self, rooms: Iterable[str]) -> None:
        """Makes every page load the styles and scripts of these rooms."""
        for path in assets_of(rooms):
            asset: ResourceType = {"asset_path": path, "filepath": str(ASSETS / path)}
            if path.endswith(".css"):
                self.css.append_css(asset)
            else:
                self.scripts.append_script(asset)

    def callback(self, *args: Any, **options: Any) -> Callable[..., Any]:
        """Returns Dash's decorator of a callback, with values checked and emptied parts told."""
        register = super().callback(*args, **options)

        def registered(function: Callable[..., Any]) -> Any:
            return register(emptied(checked(function)))

        return registered

    def init_app(self, app: Any = None, **kwargs: Any) -> None:
        """Sets Dash up on its server; our own files and those of its packages are kept ready."""
        backend: Any = self.backend
        self.files = Files(ASSETS, "/assets")
        self.suites: dict[tuple[str, str], KeptFile] = {}
        vars(backend)["register_assets_blueprint"] = lambda name, path, _folder: self.server.mount(
            path, self.files, name=name
        )
        vars(backend)["setup_component_suites"] = Frame.serve_suites
        super().init_app(app, **kwargs)

    def serve_suites(self) -> None:
        """Adds the address of the files of Dash's packages; one that isn't served is answered 404.

        Dash writes version and time of a file into its address.
        """

        async def serve(request: Request, package_name: str, fingerprinted_path: str) -> Response:
            path, is_fixed = check_fingerprint(fingerprinted_path)
            try:
                kept = self.suite_file(package_name, path)
            except (DependencyException, KeyError, OSError, ValueError):
                raise HTTPException(404) from None
            return await kept.answer(request.headers, is_fixed=is_fixed)

        self._add_url("_dash-component-suites/{package_name}/{fingerprinted_path:path}", serve)

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
            metas=metas,
            title=title,
            css=css,
            config=config,
            scripts=scripts,
            renderer=renderer,
        )
