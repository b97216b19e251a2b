"""The type of the function that prints the progress of a long step."""

from collections.abc import Callable

Progress = Callable[[str], None]
