"""Words for people: nothing in them steers a terminal, and on stderr they may fail to arrive."""

from __future__ import annotations

import os
import sys
import unicodedata
from contextlib import suppress
from typing import TextIO

import click

from trunkline.errors import UsageError

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # Unicode: controls, formats, separators


def visible(text: str, *, kept: str = "\n\t") -> str:
    """The text with each control character but ``kept`` as JSON escapes it (``\\u001b``)."""
    return "".join(
        _escaped(character)
        if unicodedata.category(character) in _UNSEEN and character not in kept
        else character
        for character in text
    )


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex("-", 2).split("-")
    return "".join(f"\\u{unit}" for unit in units)


def tell(text: str, *, dim: bool = False) -> None:
    """Print lines on stderr. That nobody can read them is no reason to lose rows."""
    try:
        click.echo(click.style(visible(text), dim=True) if dim else visible(text), err=True)
    except OSError:
        silence(sys.stderr)


def put(text: str) -> None:
    """Print lines on stdout, where what was asked for goes. UsageError where they cannot be."""
    try:
        click.echo(text)
    except BrokenPipeError:
        raise  # the reader has had enough, which is no error
    except OSError as error:
        silence(sys.stdout)
        raise UsageError(f"standard output cannot be written: {error.strerror}") from error


def silence(stream: TextIO) -> None:
    """Let what a stream still holds go nowhere, so that its last flush does not fail."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
