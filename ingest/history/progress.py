"""Notes the progress of a file's import in a file beside it, until the import is done."""

import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import orjson

from data.whole_files import write_whole

LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Done:
    """Counts of an import so far, and the time of each station's newest row."""

    counts: dict[str, int]
    newest: dict[int, datetime]
    rejects_bytes: int = 0
    """How much of the file of rejected rows belongs to them."""


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
            return Done(noted["counts"], newest, noted["rejects_bytes"])
        except FileNotFoundError:
            return Done({}, {})
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            LOG.warning("%s can't be read, the import begins anew: %r", self._note, error)
            return Done({}, {})

    def write(self, done: Done) -> None:
        """Writes the import's progress note to disk, whole."""
        note = {
            "file": self._fingerprint(),
            "counts": done.counts,
            "newest": {str(station): at for station, at in done.newest.items()},
            "rejects_bytes": done.rejects_bytes,
        }
        write_whole(self._note, orjson.dumps(note))

    def end(self) -> None:
        """Deletes the import's progress note."""
        self._note.unlink(missing_ok=True)

    def _fingerprint(self) -> list[int]:
        status = self._file.stat()
        return [status.st_size, status.st_mtime_ns]
