"""Files and folders that only their owner can read, whatever the umask; see design/0039.

What is made is made private. What is found is made private where it is ours, and is refused where
it belongs to somebody else, or where anybody may put files of their own into it.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from trunkline.errors import ConfigError

_OTHERS_WRITE = stat.S_IWOTH
_NOT_THE_OWNER = stat.S_IRWXG | stat.S_IRWXO
_ELSEWHERE = "Name another data directory with TRUNKLINE_HOME."


def home(path: Path) -> None:
    """A data directory; one that was there before may be open to others, who see names in it.

    ConfigError where it cannot be made, is another user's, or is for everybody to write to.
    """
    _made(path)
    if os.name == "nt":
        return
    found = path.stat()
    if found.st_uid not in {os.geteuid(), 0}:
        raise ConfigError(
            f"the data directory {path} belongs to another user (uid {found.st_uid})",
            hint=f"Run as that user, or change its owner. {_ELSEWHERE}",
        )
    if found.st_mode & _OTHERS_WRITE:
        raise ConfigError(
            f"everybody may write to the data directory {path} (mode {_mode(found)})",
            hint=f"chmod 700 {path}, or let TRUNKLINE_HOME name a folder below it, which is made "
            "private.",
        )


def folder(path: Path) -> None:
    """A folder below the data directory, with mode 0700. ConfigError where it cannot be."""
    _made(path)
    _tightened(path)


def file(path: Path) -> None:
    """A file below the data directory, empty where there was none, with mode 0600.

    What SQLite makes beside a database has the mode of the database.
    """
    try:
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        raise ConfigError(f"{path} cannot be made: {error.strerror}", hint=_ELSEWHERE) from error
    _tightened(path)


def open_to_others(path: Path) -> str | None:
    """The mode of what others than its owner may read or list; None where they may not."""
    if os.name == "nt" or not path.exists():
        return None
    found = path.stat()
    return _mode(found) if found.st_mode & (stat.S_IRGRP | stat.S_IROTH) else None


def _made(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"the data directory {path} cannot be made: {error.strerror}", hint=_ELSEWHERE
        ) from error


def _tightened(path: Path) -> None:
    found = path.stat()
    if os.name == "nt" or not found.st_mode & _NOT_THE_OWNER:
        return
    try:
        path.chmod(stat.S_IMODE(found.st_mode) & ~_NOT_THE_OWNER)
    except OSError as error:
        raise ConfigError(
            f"{path} is open to other users (mode {_mode(found)}), and cannot be closed to them: "
            f"{error.strerror}",
            hint=f"Change its owner or its mode. {_ELSEWHERE}",
        ) from error


def _mode(found: os.stat_result) -> str:
    return f"{stat.S_IMODE(found.st_mode):04o}"
