"""Notes the progress of a file's import in a file beside it, until the import is done."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson


@dataclass(frozen=True, slots=True)
class Done:
    """Counts of an import so far, and the time of each station's newest row."""

    counts: dict[str, int]
    newest: dict[int, datetime]


class Course:
    """The progress note of one imported file; ignored once the file has changed."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._note = file.with_name(f".{file.name}.progress")

    def read(self) -> Done:
        """Returns the noted progress; all zero without a note or when the file has changed."""
        try:
            noted = orjson.loads(self._note.read_bytes())
            if noted["file"] != self._fingerprint():
                return Done({}, {})
            newest = {int(key): datetime.fromisoformat(at) for key, at in noted["newest"].items()}
            return Done(noted["counts"], newest)
        except (FileNotFoundError, orjson.JSONDecodeError, KeyError):
            return Done({}, {})

    def write(self, counts: dict[str, int], newest: dict[int, datetime]) -> None:
        """Writes the import's progress note to disk."""
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
        """Deletes the import's progress note."""
        self._note.unlink(missing_ok=True)

    def _fingerprint(self) -> list[int]:
        status = self._file.stat()
        return [status.st_size, status.st_mtime_ns]
