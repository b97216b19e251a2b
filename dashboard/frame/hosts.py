"""Under which names the site answers: a request for another host is refused."""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response

from dashboard.frame.http_errors import problem
from dashboard.parts.wording import _
from data.settings import DashboardSettings

PROBES = ("/healthz", "/readyz")
"""What probes ask by any name; nothing about waters or people is in the answers."""

LOOPBACK_NAMES = frozenset({"localhost", "ip6-localhost"})


def host_refusal(request: Headers, path: str, settings: DashboardSettings) -> Response | None:
    """Returns the answer 421 to a request for a host that this site isn't; None if it is."""
    if path in PROBES or is_own_host(request.get("host", ""), settings):
        return None
    detail = _("This site doesn't answer under that name: see ONEMAP_DASHBOARD__HOSTS.")
    return problem(421, "unknown_host", detail, path=path)


def is_own_host(host: str, settings: DashboardSettings) -> bool:
    """Returns whether the site answers to the ``Host`` header's value.

    With hosts in the settings, only to these (``.example.cn`` stands for all names below it).
    Without, a server on loopback with plain cookies has no proxy before it and answers to loopback
    and bare addresses alone, so that no foreign name can be pointed at it; others answer to all.
    """
    name = host_name(host)
    if settings.hosts:
        return any(_fits(name, each.lower()) for each in settings.hosts)
    if settings.secure_cookie or not _is_loopback(settings.host):
        return True
    return _is_loopback(name) or _is_address(name)


def host_name(host: str) -> str:
    """Returns the name or address in a ``Host`` header's value, without port and brackets."""
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


def _fits(name: str, allowed: str) -> bool:
    return name == allowed.strip("[]") or (allowed.startswith(".") and name.endswith(allowed))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(name: str) -> bool:
    if name in LOOPBACK_NAMES:
        return True
    return _is_address(name) and ipaddress.ip_address(name).is_loopback
