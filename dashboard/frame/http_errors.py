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
from sqlalchemy.exc import DataError, OperationalError
from starlette.exceptions import HTTPException

from dashboard.frame.access import is_page
from dashboard.frame.refused import failed_page
from dashboard.frame.shell import Ids
from dashboard.parts.wording import _, worded
from data import errors

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
    return problem(status_of(error), error.code, worded(error), path=path, **more)


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, errors.OneMapError)  # noqa: S101 - registered for this class only
    return problem_of(error, request.url.path)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this class only
    code = HTTPStatus(error.status_code).name.lower()
    answer = problem(error.status_code, code, str(error.detail), path=request.url.path)
    answer.headers.update(error.headers or {})
    return answer


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class only
    fields = [
        {"field": ".".join(str(part) for part in one["loc"]), "message": one["msg"]}
        for one in error.errors()
    ]
    detail = _("The request can't be read.")
    return problem(422, errors.BadInput.code, detail, path=request.url.path, fields=fields)


async def _unfit(request: Request, error: Exception) -> Response:
    """Returns the answer 400 to a value the database can't store, such as text with a zero byte."""
    del error
    detail = _("The request can't be read.")
    return problem(400, errors.BadInput.code, detail, path=request.url.path)


async def _away(request: Request, error: Exception) -> Response:
    del error
    return away(request.url.path)


def away(path: str) -> Response:
    """Returns the answer 503 while the database is down: a page or, for programs, a document."""
    if is_page(path):
        return failed_page(503, _on_this_site(path))
    return problem(503, errors.ServiceDown.code, _("The database doesn't answer."), path=path)


def _on_this_site(path: str) -> str:
    """Returns the path made safe as a link: ``//host/x``, which names another host, stays here."""
    return "/" + path.lstrip("/\\")


async def _unexpected(request: Request, error: Exception) -> Response:
    del error  # the server logs it with its traceback
    if is_page(request.url.path):
        return failed_page(500, _on_this_site(request.url.path))
    return problem(500, "error", _("Something went wrong here."), path=request.url.path)


def add_error_table(app: FastAPI) -> None:
    """Registers the exception handlers that turn every error into a fitting HTTP answer."""
    app.add_exception_handler(errors.OneMapError, _ours)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(DataError, _unfit)
    app.add_exception_handler(OperationalError, _away)
    app.add_exception_handler(Exception, _unexpected)


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
