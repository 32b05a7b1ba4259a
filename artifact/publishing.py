"""Put a directory or file in its place at once, and leave nothing when killed."""

import ctypes
import fcntl
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_AT_FDCWD = -100
# <linux/fs.h>: both names exist at every moment, each with one of the two.
_RENAME_EXCHANGE = 2


@contextmanager
def staging_directory(target: Path) -> Iterator[Path]:
    """Yield a hidden directory beside `target`, on its file system; gone afterwards.

    Those that killed processes have left beside it are removed first. A process
    holds a lock on its own for as long as it lives.

    Raises
    ------
    OSError
        If the parent directory cannot be written.
    """
    prefix = f".{target.name}.staging-"
    name = re.compile(re.escape(prefix) + "[a-z0-9_]{8}")
    for entry in target.absolute().parent.iterdir():
        if name.fullmatch(entry.name) and entry.is_dir() and not entry.is_symlink():
            _remove_unless_held(entry)
    path, lock = _make_held(target.absolute().parent, prefix)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)
        os.close(lock)


def publish_directory(staged: Path, target: Path) -> None:
    """Give `staged` the name `target`; what had it is at `staged` afterwards.

    Where the file system can exchange two names, `target` is there at every moment.

    Raises
    ------
    OSError
        If either cannot be renamed, as a mounted directory cannot.
    """
    if not target.exists():
        staged.rename(target)
    elif not _exchange(staged, target):
        aside = staged.with_name(f"{staged.name}-before")
        target.rename(aside)
        try:
            staged.rename(target)
        except OSError:
            aside.rename(target)
            raise


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names: https://man7.org/linux/man-pages/man2/rename.2.html."""
    with suppress(AttributeError):  # not Linux
        paths = (os.fsencode(one), os.fsencode(other))
        rename = ctypes.CDLL(None).renameat2
        return bool(
            rename(_AT_FDCWD, paths[0], _AT_FDCWD, paths[1], _RENAME_EXCHANGE) == 0
        )
    return False


def _make_held(parent: Path, prefix: str) -> tuple[Path, int]:
    while True:
        path = Path(tempfile.mkdtemp(dir=parent, prefix=prefix))
        with suppress(FileNotFoundError):
            lock = os.open(path, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Another process may have taken it for a left one until now.
            if os.path.samestat(os.fstat(lock), path.stat()):
                return path, lock
            os.close(lock)


def _remove_unless_held(path: Path) -> None:
    with suppress(OSError):  # held, or gone meanwhile
        lock = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        finally:
            os.close(lock)
