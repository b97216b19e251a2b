"""What the scripts of every page say: beside its lists, before it is left, of its session."""

from dashboard.parts.wording import _


def pager_words() -> dict[str, str]:
    """Returns the names of the arrows beside the numbers of pages, by key."""
    return {"before": _("The page before"), "after": _("The page after")}


def leaving_words() -> dict[str, str]:
    """Returns the words with which a dialog asks before it is left with something not sent."""
    return {
        "not_sent": _("What is filled in has not been sent."),
        "stay": _("Go on filling in"),
        "give_up": _("Give it up"),
    }


def session_words() -> dict[str, str]:
    """Returns what is said over a page: of its session, and of what was sent without an answer."""
    return {
        "session_ended": _("You are signed out. What is filled in stays here while you sign in."),
        "sign_in_beside": _("Sign in in another tab"),
        "other_account": _("Another account is signed in in this browser by now."),
        "read_anew": _("Load the page anew"),
        "no_answer": _(
            "The server has not answered yet. What was sent may have arrived all the same; "
            "what is filled in stays here."
        ),
        "not_read": _(
            "The server did not answer: what is shown may be old, and what was pressed last may "
            "not be done."
        ),
    }
