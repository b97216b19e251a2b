"""How a long step tells how far it has come."""

from collections.abc import Callable

Progress = Callable[[str], None]
