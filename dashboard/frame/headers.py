"""Security headers on every answer, and whether a write comes from a page of ours."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Send

from data.settings import DashboardSettings

FIXED = (
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), payment=(), usb=()"),
)


DATA_TYPES = (
    *("application/json", "application/problem+json"),
    "application/vnd.mapbox-vector-tile",
)
"""What no browser shows as a page or runs: it may load nothing at all, and that is said briefly."""

DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"


class HeaderRules:
    """The security headers of every answer; ``script_hashes`` allow Dash's inline scripts."""

    def __init__(
        self, settings: DashboardSettings, script_hashes: Callable[[], Sequence[str]]
    ) -> None:
        self.settings = settings
        self.script_hashes = script_hashes

    def policy(self) -> str:
        """Returns the content security policy: pages load from and send to this site alone.

        The basemap's tiles may come from its own servers.
        """
        basemap = basemap_origin(self.settings.basemap)
        images = " ".join(["'self'", "data:", "blob:", *basemap])
        connect = " ".join(["'self'", *basemap])
        scripts = " ".join(["'self'", *self.script_hashes()])
        return "; ".join(
            (
                "default-src 'self'",
                f"script-src {scripts}",
                "style-src 'self' 'unsafe-inline'",
                f"img-src {images}",
                f"connect-src {connect}",
                "font-src 'self' data:",
                "worker-src 'self' blob:",
                "object-src 'none'",
                "base-uri 'none'",
                "form-action 'self'",
                "frame-ancestors 'none'",
            )
        )

    def strict_transport(self) -> str:
        """Returns for how long browsers must use HTTPS: a year, by setting for all below too."""
        below = "; includeSubDomains" if self.settings.hsts_subdomains else ""
        return f"max-age=31536000{below}"

    def applied(self, send: Send, path: str, *, public: bool) -> Send:
        """Returns ASGI's ``send`` wrapped so that each answer carries the security headers.

        Unless ``public``, shared caches are also kept from storing the answer.
        """

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in FIXED:
                    headers[name] = value
                if message["status"] != HTTPStatus.NOT_MODIFIED:  # what is kept has its own
                    is_data = headers.get("content-type", "").partition(";")[0] in DATA_TYPES
                    policy = DATA_POLICY if is_data else self.policy()
                    headers["Content-Security-Policy"] = policy
                if self.settings.secure_cookie:
                    headers["Strict-Transport-Security"] = self.strict_transport()
                if not public:
                    keep_private(headers, path)
            await send(message)

        return with_headers


def keep_private(headers: MutableHeaders, path: str) -> None:
    """Makes the answer's Cache-Control private, so that shared caches never keep the answer.

    Without a Cache-Control of its own, an answer is stored nowhere; the browser may store an asset,
    but asks each time whether it has changed. A file at an address of its content is the same for
    every session, so that a new sign-in doesn't fetch it again.
    """
    cache_control = headers.get("cache-control")
    if cache_control is None:
        asset = path.startswith(("/assets/", "/_dash-component-suites/"))
        headers["Cache-Control"] = "private, no-cache" if asset else "private, no-store"
    elif "public" in cache_control:
        headers["Cache-Control"] = cache_control.replace("public", "private")
    elif "private" not in cache_control and "no-store" not in cache_control:
        headers["Cache-Control"] = f"private, {cache_control}"
    if "immutable" not in (cache_control or ""):
        headers.add_vary_header("Cookie")


def basemap_origin(template: str) -> list[str]:
    """Returns the origins of the basemap's raster tiles; empty when no basemap is switched on."""
    if not template:
        return []
    parts = urlsplit(template.replace("{s}", "a"))
    if "{s}" in template:
        domain = parts.netloc.partition(".")[2]
        return [f"{parts.scheme}://*.{domain}"]
    return [f"{parts.scheme}://{parts.netloc}"]


def is_own_origin(scheme: str, request: Headers, settings: DashboardSettings) -> bool:
    """Returns whether the request was sent by a page of this site, or of an origin in the settings.

    A browser always says where a write comes from; what says nothing is refused as well.
    """
    origin = request.get("origin")
    site = request.get("sec-fetch-site")
    if origin in settings.origins:
        return True
    if site is not None and site != "same-origin":
        return False
    if origin is None:
        return site == "same-origin"
    parts = urlsplit(origin)
    expected = "https" if settings.secure_cookie else scheme
    return parts.scheme == expected and parts.netloc == request.get("host")
