"""One's own account as an answer; all that is left to whoever must change the password."""

from collections.abc import Sequence

from starlette.responses import HTMLResponse

from dashboard.frame.auth import User
from dashboard.frame.framed import frame_for
from dashboard.frame.place import Place
from dashboard.frame.plain import plain_page
from dashboard.parts.roles import role_words
from dashboard.parts.wording import _, language
from data.clock import BUSINESS_ZONE
from data.people.passwords import LEAST_CHARACTERS
from data.queries.people.sign_ins import MOST_ADDRESSES, FailedSignIns


def failed_words(failed: FailedSignIns | None) -> str:
    """Returns the sentence on an account's failed sign-ins; empty when there are none."""
    if failed is None or failed.count == 0:
        return ""
    addresses = "、" if language.get() == "zh" else ", "
    shown = addresses.join(failed.addresses[:MOST_ADDRESSES])
    if len(failed.addresses) > MOST_ADDRESSES:
        shown += " …"
    since = failed.since
    words = (
        _("{count} sign-ins of this account failed, from {addresses}.")
        if since is None
        else _("{count} sign-ins of this account failed since {since}, from {addresses}.")
    )
    at = f"{since.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M}" if since else ""
    return words.format(count=failed.count, since=at, addresses=shown or "?")


def account_page(
    user: User,
    start: str,
    *,
    places: Sequence[Place] = (),
    failed: FailedSignIns | None = None,
    error: str = "",
    done: str = "",
    status: int = 200,
) -> HTMLResponse:
    """Returns the page of the user's account, or only its password form if a change is forced.

    ``start`` is the page that leads back, ``places`` are the entries of the navigation as far as
    the user may open them, ``failed`` is what failed before the latest sign-in.
    """
    is_forced = user.account.must_change_password
    return plain_page(
        "people/templates/own_account.html",
        status,
        account=user.account,
        roles=role_words(user.roles),
        least=LEAST_CHARACTERS,
        start=start,
        frame=None if is_forced else frame_for(user, places, start, is_own=True),
        failed=failed_words(failed),
        error=error,
        done=done,
    )
