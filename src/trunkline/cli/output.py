"""Where rows go: a file that is replaced by a whole one or not at all, or stdout."""

from __future__ import annotations

import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

from trunkline.cli.asked import require_place
from trunkline.cli.formats import FORMATS
from trunkline.cli.telling import silence
from trunkline.errors import UsageError


def check(form: str, output: str | None) -> None:
    """Whether it can be written there, before a request is made for it. UsageError if not."""
    if output is None:
        if FORMATS[form].binary and sys.stdout.isatty():
            raise UsageError(
                f"{form} is not for a terminal", hint="Name a file with -o FILE, or use a pipe."
            )
        return
    require_place(Path(output))


@contextmanager
def sink(form: str, output: str | None) -> Iterator[BinaryIO]:
    """Where to write; a binary format reaches stdout only when it is whole.

    UsageError where it cannot be written, as on a full disk.
    """
    try:
        with _opened(form, output) as file:
            yield file
    except BrokenPipeError:
        raise  # the reader has had enough, which is no error
    except OSError as error:
        if output is None:
            silence(sys.stdout)
        where = output or "standard output"
        raise UsageError(f"{where} cannot be written: {error.strerror or error}") from error


def _opened(form: str, output: str | None) -> AbstractContextManager[BinaryIO]:
    if output is not None:
        return replaced(Path(output))
    return _whole(sys.stdout.buffer) if FORMATS[form].binary else _stdout()


@contextmanager
def _stdout() -> Iterator[BinaryIO]:
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


@contextmanager
def _whole(target: BinaryIO) -> Iterator[BinaryIO]:
    """A nameless file, copied at the end: half a Parquet file may look like a whole one."""
    with tempfile.TemporaryFile() as file:
        yield file
        file.seek(0)
        shutil.copyfileobj(file, target)
        target.flush()


def _made(beside: Path, target: Path) -> BinaryIO:
    """What takes the place of a file is no more open than it while it is written."""
    mode = 0o600 if target.exists() else 0o666
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(beside, flags, mode), "wb")


@contextmanager
def replaced(target: Path) -> Iterator[BinaryIO]:
    """A file beside the target that takes its place and its mode; a device or pipe is written.

    What fails on the way leaves the target as it was.
    """
    target = target.resolve()
    if target.exists() and not target.is_file():
        with target.open("wb") as file:
            yield file
        return
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.part")
    try:
        with _made(beside, target) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, beside)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
