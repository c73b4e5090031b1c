"""Where an answer waits that does not fit the memory: below the data directory, and not for long.

Each answer has a folder of its own, and the lock of it for as long as its process lives. A folder
whose lock is free is one that a kill left behind: the next answer removes it.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from trunkline import private

SPILL = "spill"


@contextmanager
def spilling(home: Path) -> Iterator[Path]:
    """A private folder for one answer, gone in the end."""
    place = home.absolute() / SPILL
    private.folder(place)
    _sweep(place)
    mine = place / secrets.token_hex(8)
    with _lock(mine):  # before the folder is there, so that nobody takes it for one left behind
        private.folder(mine)
        try:
            yield mine
        finally:
            _remove(mine)


def _sweep(place: Path) -> None:
    for left in place.iterdir():
        if left.is_dir():
            with suppress(Timeout), _lock(left).acquire(timeout=0):
                _remove(left)


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    Path(_lock(folder).lock_file).unlink(missing_ok=True)


def _lock(folder: Path) -> FileLock:
    return FileLock(folder.with_suffix(".lock"), mode=0o600)
