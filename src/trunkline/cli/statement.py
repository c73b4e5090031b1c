"""The SQL of a command: an argument, a file, or standard input."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trunkline.cli.failure import show_position
from trunkline.errors import SqlError, UsageError


def read(sql: str | None, file: str | None) -> str:
    """The text, from exactly one of an argument (``-`` is standard input) and a file."""
    if (sql is None) == (file is None):
        raise UsageError("give either SQL or -f FILE", hint="`-` reads SQL from standard input.")
    try:
        return _bytes(sql, file).decode("utf-8-sig")  # some editors begin a file with a mark
    except OSError as error:
        raise UsageError(f"{_place(sql, file)} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{_place(sql, file)} is not UTF-8 (byte {error.start + 1})",
            hint="SQL is read as UTF-8; convert it with iconv, for example.",
        ) from None


def _bytes(sql: str | None, file: str | None) -> bytes:
    """As given: whatever the locale is, Python decodes an argument so that this undoes it."""
    if file is not None:
        return Path(file).read_bytes()
    return sys.stdin.buffer.read() if sql == "-" else os.fsencode(str(sql))


def _place(sql: str | None, file: str | None) -> str:
    return file or ("standard input" if sql == "-" else "the SQL")


@contextmanager
def pointed_at(sql: str) -> Iterator[None]:
    """Show the place in the text where an SQL error is."""
    try:
        yield
    except SqlError as error:
        show_position(sql, error)
        raise
