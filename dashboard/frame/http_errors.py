"""What is answered when something fails: problem documents (RFC 9457), error pages, notices.

Each error's HTTP status stands here once.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import orjson
from dash import no_update, set_props
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from starlette.exceptions import HTTPException

from dashboard.frame.access import is_page
from dashboard.frame.refused import failed_page
from dashboard.frame.shell import Ids
from dashboard.frame.unreadable import unreadable
from dashboard.parts.wording import _, worded
from data import errors
from data.clock import BUSINESS_ZONE, UtcDatetime
from data.database_errors import database_error

STATUS: Mapping[type[errors.OneMapError], int] = MappingProxyType(
    {
        errors.BadInput: 400,
        errors.NotSignedIn: 401,
        errors.Forbidden: 403,
        errors.NotFound: 404,
        errors.Conflict: 409,
        errors.TooLarge: 413,
        errors.TooManyAttempts: 429,
        errors.MissingPart: 500,
        errors.ServiceDown: 503,
        errors.OneMapError: 500,
    }
)

RETRY_AFTER_S = "5"
"""When whoever was answered 503 is asked to come again: the seconds a lock is waited for."""

MEDIA_TYPE = "application/problem+json"
LOGGER = logging.getLogger(__name__)


def status_of(error: errors.OneMapError) -> int:
    """Returns the HTTP status code for an error of ours."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(status: int, code: str, detail: str, *, path: str = "", **more: object) -> Response:
    """Returns an HTTP answer with a problem document (RFC 9457); ``more`` are further members."""
    body = {
        "type": f"urn:onemap:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": path,
        **more,
    }
    return Response(orjson.dumps(body), status_code=status, media_type=MEDIA_TYPE)


def problem_of(error: errors.OneMapError, path: str = "") -> Response:
    """Returns one of our errors as a problem document, worded in the reader's language."""
    more = {"minutes": error.facts["minutes"]} if "minutes" in error.facts else {}
    if isinstance(error, errors.Unconfirmed):
        more = {name: error.facts[name] for name in ("ask", "choices") if name in error.facts}
    answer = problem(status_of(error), error.code, worded(error), path=path, **more)
    answer.headers.update(retry_after(error))
    return answer


def retry_after(error: errors.OneMapError) -> dict[str, str]:
    """Returns the header that says in how many seconds to try again, if the error knows."""
    if not isinstance(error, errors.TooManyAttempts) or "seconds" not in error.facts:
        return {}
    return {"Retry-After": str(error.facts["seconds"])}


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.OneMapError)  # noqa: S101 - registered for this class only
    if isinstance(error, errors.ServiceDown):
        return down(error, request.url.path)
    return problem_of(error, request.url.path)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    if error.status_code == HTTPStatus.BAD_REQUEST:  # a library's words: a body too deep, cut off
        return problem_of(errors.BadInput("The request can't be read."), request.url.path)
    code = HTTPStatus(error.status_code).name.lower()
    answer = problem(error.status_code, code, str(error.detail), path=request.url.path)
    answer.headers.update(error.headers or {})
    return answer


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    detail, fields = unreadable(error.errors())
    return problem(422, errors.BadInput.code, detail, path=request.url.path, fields=fields)


async def _database(request: Request, error: Exception) -> Response:
    ours = database_error(error)
    if isinstance(ours, errors.ServiceDown):
        return down(ours, request.url.path)
    return problem_of(ours or errors.BadInput("The request can't be read."), request.url.path)


def down(error: errors.ServiceDown, path: str, *, page: bool | None = None) -> Response:
    """Returns the answer 503, with when to try again: a page or, for programs, a document.

    ``page`` decides which; without it the path does.
    """
    if is_page(path) if page is None else page:
        answer: Response = failed_page(503, _on_this_site(path), worded(error))
    else:
        answer = problem(503, error.code, worded(error), path=path)
    answer.headers["Retry-After"] = RETRY_AFTER_S
    return answer


def _on_this_site(path: str) -> str:
    """Returns the path made safe as a link: ``//host/x``, which names another host, stays here."""
    return "/" + path.lstrip("/\\")


async def _unexpected(request: Request, error: Exception) -> Response:
    del error  # the server logs it with its traceback
    if is_page(request.url.path):
        sentence = _("Something went wrong here.")
        return failed_page(500, _on_this_site(request.url.path), sentence)
    return problem(500, "error", _("Something went wrong here."), path=request.url.path)


def add_error_table(app: FastAPI) -> None:
    """Registers the exception handlers that turn every error into a fitting HTTP answer."""
    app.add_exception_handler(errors.OneMapError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    for kind in (DataError, OperationalError, InterfaceError, NoConnection, UnicodeEncodeError):
        app.add_exception_handler(kind, _database)
    app.add_exception_handler(Exception, _unexpected)


def failure_words(error: Exception, what: str, now: UtcDatetime) -> str:
    """Returns why a page could not be read, in a sentence; logs ``what`` that was.

    With the time where the database is away; with a traceback where the program errs.
    """
    if isinstance(error, errors.ServiceDown):
        LOGGER.warning("%s: %s", what, error)
    else:
        LOGGER.error("%s", what, exc_info=error)
    if isinstance(error, errors.Busy | errors.DiskFull):
        return worded(error)
    time = f"{now.astimezone(BUSINESS_ZONE):%H:%M}"
    return _("The database did not answer at {time}.").format(time=time)


def show_error(error: Exception) -> Any:
    """Shows the error of a failed callback as a notice; the page below stays as it was."""
    if isinstance(error, errors.OneMapError):
        sentence = worded(error)
    else:
        LOGGER.error("a callback failed", exc_info=error)
        sentence = _("Something went wrong here.")
    note = {"action": "show", "message": sentence, "color": "red", "autoClose": 8000}
    set_props(Ids.NOTICE, {"sendNotifications": [note]})
    return no_update
