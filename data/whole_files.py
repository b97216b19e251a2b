"""Writes files whole: whoever reads one finds the old content or the new, never a part of either.

The content goes into a file of another name in the same folder, to the disk, and then takes the
name. A writer that is killed leaves its part, which the next writer of that name sweeps away.
"""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Protocol

from data.errors import BadInput, OneMapError, ServiceDown

_SUFFIX: Final = ".part"
_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})
"""What says that the disk can't take more, rather than that the path is wrong."""


class Owner(Protocol):
    """An account of the system, by its numbers, as ``data.daemon.Account`` is one."""

    @property
    def uid(self) -> int:
        """The account's number."""

    @property
    def gid(self) -> int:
        """The number of its group."""


def write_whole(
    path: Path, content: bytes | str, *, mode: int | None = None, owner: Owner | None = None
) -> None:
    """Writes a file, text as UTF-8; it is replaced at one instant and survives a loss of power.

    ``mode``: its permissions, else those of the file that is there, else the usual ones. Raises
    BadInput for a path that can't be written, ServiceDown when the disk is full; the old content
    is there then.
    """
    encoded = content.encode() if isinstance(content, str) else content
    with whole_file(path, mode=mode, owner=owner) as part:
        part.write_bytes(encoded)


def write_new(path: Path, content: bytes, *, mode: int) -> None:
    """Writes a file whole unless there is one by that name, also by a process at the same moment.

    Raises like ``write_whole``.
    """
    with _translated(path), _part_of(path, mode, None) as (part, target):
        part.write_bytes(content)
        _flush(part)
        with suppress(FileExistsError):
            os.link(part, target)
            _flush(target.parent)


@contextmanager
def whole_file(
    path: Path, *, mode: int | None = None, owner: Owner | None = None
) -> Iterator[Path]:
    """Yields the path of a part to write to, which replaces ``path`` once the block has ended.

    After an exception, or when the block deletes the part, ``path`` stays as it was. A pipe or a
    device is written to directly. Raises like ``write_whole``.
    """
    with _translated(path):
        if path.exists() and not path.is_file():
            yield path
            return
        with _part_of(path, mode, owner) as (part, target):
            yield part
            if part.exists():
                _flush(part)
                part.replace(target)
                _flush(target.parent)


@contextmanager
def _part_of(path: Path, mode: int | None, owner: Owner | None) -> Iterator[tuple[Path, Path]]:
    """Yields a new file, locked while it is written, and the path it is for; deletes what stays."""
    target = Path(os.path.realpath(path))
    _sweep(target)
    part, held = _begin(target)
    try:
        _prepare(held, target, mode, owner)
        yield part, target
    finally:
        part.unlink(missing_ok=True)
        os.close(held)


def _begin(target: Path) -> tuple[Path, int]:
    """Creates an empty part; returns its path and the descriptor that holds its lock."""
    while True:
        part = target.with_name(f".{target.name}.{secrets.token_hex(6)}{_SUFFIX}")
        held = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        with suppress(OSError):  # where a file system knows no locks, nothing is swept either
            fcntl.flock(held, fcntl.LOCK_EX)
        if os.fstat(held).st_nlink:
            return part, held
        os.close(held)  # swept by another process between its creation and its lock


def _prepare(held: int, target: Path, mode: int | None, owner: Owner | None) -> None:
    """Sets permissions and owner of the part, before it can be found by its name."""
    with suppress(FileNotFoundError):
        before = target.stat()
        mode = before.st_mode & 0o777 if mode is None else mode
        if owner is None and os.geteuid() == 0:
            os.fchown(held, before.st_uid, before.st_gid)
    if mode is None:
        os.umask(mask := os.umask(0o077))
        mode = 0o666 & ~mask
    if owner is not None:
        os.fchown(held, owner.uid, owner.gid)
    os.fchmod(held, mode)


def _sweep(target: Path) -> None:
    """Deletes parts of this name whose writers were killed; their locks ended with them."""
    begin = f".{target.name}."
    for each in target.parent.iterdir():
        if not (each.name.startswith(begin) and each.name.endswith(_SUFFIX)):
            continue
        with suppress(OSError):  # its writer lives, or was quicker
            opened = os.open(each, os.O_RDWR)
            try:
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if os.fstat(opened).st_nlink:
                    each.unlink()
            finally:
                os.close(opened)


def _flush(path: Path) -> None:
    """Waits until a file's content, or a folder's names, are on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Raises what the system says of a write as an error of ours, in words."""
    try:
        yield
    except OSError as error:
        raise unwritable(path, error) from error


def unwritable(path: Path, error: OSError) -> OneMapError:
    """Returns the error for a file that can't be written: what, why, and what to do."""
    reason = error.strerror or str(error)
    if error.errno in _DISK:
        return ServiceDown(
            "{path} can't be written: {reason}.",
            mend="It is as it was before. Free some space there, then do this again.",
            path=path,
            reason=reason,
        )
    return BadInput("{path} can't be written: {reason}.", path=path, reason=reason)
