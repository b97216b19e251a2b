"""How far the import of a file has come, noted beside the file until it is done."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True)
class Done:
    """What was counted so far, and of each station the time of its newest row."""

    counts: dict[str, int]
    newest: dict[int, datetime]


class Course:
    """The note of one file; it holds for the file as it is, not for a changed one."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._note = file.with_name(f".{file.name}.progress")

    def read(self) -> Done:
        """What the note says, nothing where there is none or the file has changed since."""
        try:
            told = orjson.loads(self._note.read_bytes())
            if told["file"] != self._fingerprint():
                return Done({}, {})
            newest = {int(key): datetime.fromisoformat(at) for key, at in told["newest"].items()}
            return Done(told["counts"], newest)
        except (FileNotFoundError, orjson.JSONDecodeError, KeyError):
            return Done({}, {})

    def write(self, counts: dict[str, int], newest: dict[int, datetime]) -> None:
        """The note says this."""
        temporary = self._note.with_suffix(".tmp")
        temporary.write_bytes(
            orjson.dumps(
                {
                    "file": self._fingerprint(),
                    "counts": counts,
                    "newest": {str(station): at for station, at in newest.items()},
                }
            )
        )
        temporary.replace(self._note)

    def end(self) -> None:
        """There is nothing left to note."""
        self._note.unlink(missing_ok=True)

    def _fingerprint(self) -> list[int]:
        told = self._file.stat()
        return [told.st_size, told.st_mtime_ns]
