"""Runs one step of the set-up: announces it, shows its progress, explains a failure."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

LINE_EVERY_S = 2.0
KEPT_LINES = 30


class Missing(Exception):
    """Raised for a missing part: what the part is, in Chinese and English, and what installs it."""

    def __init__(self, chinese: str, english: str, command: str) -> None:
        super().__init__(f"缺少{chinese}，请运行：{command} / Missing {english}; run: {command}")


def print_progress(chinese: str, english: str) -> None:
    """Prints a line of progress."""
    sys.stderr.write(f"» {chinese} / {english}\n")
    sys.stderr.flush()


def follow(
    command: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str | None:
    """Runs the command; returns None when it succeeded, else the last lines it printed.

    Its newest line is shown every two seconds at most, so that a long step is seen to move.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            [str(part) for part in command],
            cwd=cwd,
            env=None if environment is None else dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
    except OSError as error:
        return str(error)
    last: list[str] = []
    printed_at = time.monotonic()
    assert process.stdout is not None  # noqa: S101 - it was asked for
    for line in process.stdout:
        if not line.strip():
            continue
        last = [*last[-KEPT_LINES + 1 :], line.rstrip()]
        if time.monotonic() - printed_at > LINE_EVERY_S:
            printed_at = time.monotonic()
            sys.stderr.write(f"  … {line.strip()[:100]}\n")
            sys.stderr.flush()
    return None if process.wait() == 0 else "\n".join(last)


def explain(output: str) -> None:
    """Prints a failed command's output, indented, above the error message."""
    for line in output.splitlines():
        sys.stderr.write(f"  | {line}\n")
