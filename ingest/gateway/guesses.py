"""Counts wrong passwords by address and MN, and decides when to stop listening to a guesser."""

import ipaddress
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

LOG = logging.getLogger(__name__)

MOST_REMEMBERED: Final = 20_000
"""Of more pairs, addresses or MNs the oldest are forgotten; unknown MNs displace no known one."""

MANY: Final = 10
"""So many times a pair's wrong guesses an MN bears from all addresses, an address for all MNs."""

Key = TypeVar("Key", str, tuple[str, str])

_IPV6_NETWORK: Final = 64
"""A guesser has all addresses of such a network."""


@dataclass(slots=True)
class _Tries:
    """The times of recent wrong guesses, and whether the right one ever came."""

    wrong: deque[float] = field(default_factory=deque)
    was_right: bool = False

    def count(self, since: float) -> int:
        """Forgets the wrong guesses before a time; returns how many are left."""
        while self.wrong and self.wrong[0] < since:
            self.wrong.popleft()
        return len(self.wrong)


class Guesses:
    """Who guessed wrongly, and who is no longer listened to.

    Counted by address and MN together first: whoever guesses for one MN shuts nobody out who
    stands behind the same address with another. An MN that is guessed from many addresses is
    listened to only from those that have had its password right before.
    """

    def __init__(
        self, most: int, window_s: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._window_s = window_s
        self._clock = clock
        self._pairs: OrderedDict[tuple[str, str], _Tries] = OrderedDict()
        self._strange: OrderedDict[tuple[str, str], _Tries] = OrderedDict()
        self._numbers: OrderedDict[str, _Tries] = OrderedDict()
        self._addresses: OrderedDict[str, _Tries] = OrderedDict()

    def is_shut_out(self, address: str, mn: str) -> bool:
        """Returns whether frames of this MN from this address are refused unread for now."""
        since = self._clock() - self._window_s
        key = (network_of(address), mn)
        pair = self._pairs.get(key) or self._strange.get(key)
        if pair is not None and pair.count(since) >= self._most:
            return True
        number = self._numbers.get(mn)
        if number is None or (pair is not None and pair.was_right):
            return False
        return number.count(since) >= MANY * self._most

    def is_noisy(self, address: str) -> bool:
        """Returns whether an address had so many wrong guesses that each further one ends a line.

        A right password is still heard from it.
        """
        tries = self._addresses.get(network_of(address))
        return tries is not None and (
            tries.count(self._clock() - self._window_s) >= MANY * self._most
        )

    def add_wrong(self, address: str, mn: str, *, is_known: bool) -> None:
        """Counts a wrong password, or an MN that isn't known; logs the first and the last heard.

        The log names address and MN, never a password.
        """
        now = self._clock()
        since, key = now - self._window_s, (network_of(address), mn)
        was_noisy = self.is_noisy(address)
        pair = _of(self._pairs if is_known else self._strange, key)
        counted = [(pair, self._most), (_of(self._addresses, key[0]), MANY * self._most)]
        if is_known:
            counted.append((_of(self._numbers, mn), MANY * self._most))
        for tries, most in counted:
            if tries.count(since) < most:
                tries.wrong.append(now)
        count = len(pair.wrong)
        if was_noisy:
            return
        if self.is_noisy(address):
            LOG.warning("%s: so many wrong guesses that no more of them are logged", address)
        elif count == 1:
            fault = "a wrong password" if is_known else "an unknown MN"
            LOG.warning("%s: %s, MN %s", address, fault, _shown(mn))
        elif count == self._most:
            LOG.warning(
                "%s: %d wrong guesses for MN %s; not listened to for up to %.0f minutes",
                address, count, _shown(mn), self._window_s / 60,
            )  # fmt: skip

    def add_right(self, address: str, mn: str) -> None:
        """Remembers that this MN had its password right from this address."""
        key = (network_of(address), mn)
        pair = self._pairs.get(key)
        if pair is None or not pair.was_right:
            _of(self._pairs, key).was_right = True


def network_of(address: str) -> str:
    """Returns the address, of IPv6 its network, as whoever guesses has all of that."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return address
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, _IPV6_NETWORK), strict=False))


def _of(tries: OrderedDict[Key, _Tries], key: Key) -> _Tries:
    """Returns the tries of a key, new ones if none are there; forgets the oldest of too many."""
    found = tries.get(key)
    if found is None:
        found = tries[key] = _Tries()
        if len(tries) > MOST_REMEMBERED:
            tries.popitem(last=False)
    else:
        tries.move_to_end(key)
    return found


def _shown(mn: str) -> str:
    """Returns an MN for the log: printable, on one line and short."""
    return ascii(mn[:40])
