"""Notices and counts that somebody else signs in with ingest's client id."""

import logging
import time

LOG = logging.getLogger(__name__)

SESSION_TAKEN_OVER = 0x8E
"""Why MQTT 5 ends a connection whose client id signs in again. Source: MQTT 5, 3.14.2.1."""

LOG_EVERY_S = 60.0
MANY_SHORT = 4
AT_ONCE_S = 0.5


class Takeovers:
    """Counts takeovers of one session since its start; logs at most one line a minute.

    Only MQTT 5 says why a connection ended, and mosquitto 2.0.11 doesn't even then. So these count
    too: a session that is gone at once after its connection ended, while the broker went on, and
    several connections in a row that end as soon as they begin.
    """

    def __init__(self, client_id: str) -> None:
        self._client_id = client_id
        self._logged_at = -LOG_EVERY_S
        self._is_named = False
        self._ended_at = -LOG_EVERY_S
        self.count = 0

    def ended(self, reason: int) -> None:
        """Notes that the connection has ended, and the broker's reason."""
        self._ended_at = time.monotonic()
        if reason == SESSION_TAKEN_OVER:
            self.add(is_certain=True)

    def forgotten(self) -> None:
        """Counts a takeover if the session is gone so soon that the broker can't have restarted."""
        if time.monotonic() - self._ended_at < AT_ONCE_S and not self._is_named:
            self.add(is_certain=False)

    def suspect(self, short: int) -> None:
        """Counts a takeover when so many connections in a row ended as soon as they began.

        A broker that has named the reason once is believed to name it always.
        """
        if short >= MANY_SHORT and not self._is_named:
            self.add(is_certain=False)

    def add(self, *, is_certain: bool) -> None:
        """Counts a takeover and logs it with what to do, unless it did so within a minute."""
        self._is_named |= is_certain
        self.count += 1
        moment = time.monotonic()
        if moment - self._logged_at < LOG_EVERY_S:
            return
        self._logged_at = moment
        LOG.error(
            "%s with our client id %s (%d times so far): let the broker name sessions after "
            "accounts (mosquitto: use_username_as_clientid true), or choose a client id that "
            "nobody can guess, and see that no second ingest runs",
            "somebody has signed in"
            if is_certain
            else "connections end as soon as they begin: does another ingest use the client id, or "
            "has somebody signed in",
            self._client_id,
            self.count,
        )
