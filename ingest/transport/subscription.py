"""What ingest subscribes to, and what it goes over to where the broker refuses that."""

import logging
from collections.abc import Iterable, Sequence
from typing import Final

import paho.mqtt.client as paho
from paho.mqtt.reasoncodes import ReasonCode

from data.settings import MqttSettings
from ingest.transport.broker_link import subscribe

LOG = logging.getLogger(__name__)

MANY_UNHEARD: Final = 2
"""So many connections that end before the subscription is answered: the broker refuses it so."""


class Subscription:
    """Subscribes to topics at each connection; to ``narrower`` ones once the first are refused."""

    def __init__(
        self, settings: MqttSettings, topics: Iterable[str], narrower: Iterable[str]
    ) -> None:
        self._settings = settings
        self._topics = tuple(topics)
        self._others = tuple(narrower)
        self._is_narrow = False
        self._asked: int | None = None
        self._unheard = 0

    def ask(self, client: paho.Client) -> None:
        """Subscribes; to be called at each connection, also where the broker kept the session."""
        self._asked = subscribe(client, self._settings, self._topics)
        if self._others:  # what a kept session may still have from before
            client.unsubscribe(list(self._others))

    def answered(self, client: paho.Client, mid: int, reasons: Sequence[ReasonCode]) -> bool:
        """Notes the broker's answer; returns whether it has refused all there is to subscribe to.

        If it refused the first topics the narrower ones are asked for at once.
        """
        if mid != self._asked:
            return False
        self._asked, self._unheard = None, 0
        if not any(reason.is_failure for reason in reasons):
            LOG.info("subscribed to %s", ", ".join(self._topics))
            return False
        if self._narrow():
            self._asked = subscribe(client, self._settings, self._topics)
            return False
        LOG.error("the broker refuses the subscription: %s", reasons[0])
        return True

    def ended(self) -> None:
        """Notes that the connection has ended: some brokers refuse a subscription by that."""
        if self._asked is not None:
            self._asked = None
            self._unheard += 1
            if self._unheard >= MANY_UNHEARD:
                self._narrow()

    def _narrow(self) -> bool:
        """Goes over to the narrower topics; returns whether there were any to go over to."""
        if self._is_narrow or not self._others:
            return False
        LOG.warning(
            "the broker does not let ingest read %s: messages on a wrong topic stay unseen; give "
            "its account the right to read there",
            ", ".join(self._topics),
        )
        self._topics, self._others, self._is_narrow = self._others, self._topics, True
        return True
