"""Presses of buttons that come and go with what is drawn, such as one in each row of a table.

Dash calls a callback that hears such buttons again as they are drawn, and then drops the answer to
a press that is still under way. Their presses are put into a store instead
(``assets/frame/press.js``), which changes at a press alone.
"""

import json
from typing import Any

from dashboard.parts.attributes import attributes


def press(store: str, **values: str | int) -> dict[str, Any]:
    """Returns attributes for a button: its press puts these values into the ``dcc.Store``."""
    return attributes(data_press=store, data_pressed=json.dumps(values))
