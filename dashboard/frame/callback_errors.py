"""What a failing callback shows: the sentence in place of a silent page."""

import logging
from typing import Any

from dash import no_update, set_props

from dashboard.frame.shell import Ids
from dashboard.parts.wording import _, worded
from data.errors import OneMapError

LOGGER = logging.getLogger(__name__)


def tell(error: Exception) -> Any:
    """The page keeps what it shows and says what went wrong."""
    if isinstance(error, OneMapError):
        sentence = worded(error)
    else:
        LOGGER.error("a callback failed", exc_info=error)
        sentence = _("Something went wrong here.")
    note = {"action": "show", "message": sentence, "color": "red", "autoClose": 8000}
    set_props(Ids.NOTICE, {"sendNotifications": [note]})
    return no_update
