"""The SQL of a command: an argument, a file, or standard input."""

from __future__ import annotations

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
        if file is not None:
            return Path(file).read_text(encoding="utf-8")
        return sys.stdin.read() if sql == "-" else str(sql)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{file or 'standard input'} cannot be read: {error}") from error


@contextmanager
def pointed_at(sql: str) -> Iterator[None]:
    """Show the place in the text where an SQL error is."""
    try:
        yield
    except SqlError as error:
        show_position(sql, error)
        raise
