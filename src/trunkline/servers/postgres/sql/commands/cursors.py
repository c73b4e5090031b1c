"""Cursors: https://www.postgresql.org/docs/15/sql-declare.html and sql-fetch.html."""

from __future__ import annotations

from trunkline.servers.postgres.sql.commands.values import (
    CloseCursor,
    DeclareCursor,
    FetchFrom,
    MoveIn,
    Towards,
)
from trunkline.servers.postgres.sql.reader import Reader
from trunkline.servers.postgres.sql.tokens import Kind

_FIXED: dict[str, tuple[Towards, int]] = {
    "next": (Towards.FORWARD, 1),
    "prior": (Towards.BACKWARD, 1),
    "first": (Towards.ABSOLUTE, 1),
    "last": (Towards.ABSOLUTE, -1),
}


def declare(reader: Reader) -> DeclareCursor:
    """Behind DECLARE."""
    name = reader.name()
    binary, scroll, hold = False, None, False
    while not reader.take("cursor"):
        if reader.take("binary"):
            binary = True
        elif reader.take("no", "scroll"):
            scroll = False
        elif reader.take("scroll"):
            scroll = True
        elif not reader.take_one("insensitive", "asensitive"):
            raise reader.error()
    if reader.take_one("with", "without") == "with":
        hold = True
        reader.expect("hold")
    else:
        reader.take("hold")
    reader.expect("for")
    return DeclareCursor(name, reader.rest(), hold, scroll, binary)


def fetch(reader: Reader) -> FetchFrom:
    """Behind FETCH."""
    return FetchFrom(*_moved(reader))


def move(reader: Reader) -> MoveIn:
    """Behind MOVE."""
    return MoveIn(*_moved(reader))


def _moved(reader: Reader) -> tuple[str, Towards, int | None]:
    towards, count = _direction(reader)
    reader.take_one("from", "in")
    name = reader.name()
    reader.finish()
    return name, towards, count


def _direction(reader: Reader) -> tuple[Towards, int | None]:
    if reader.ahead(1) is reader.ahead(2):  # one token is left: a name
        return Towards.FORWARD, 1
    if fixed := reader.take_one(*_FIXED):
        return _FIXED[fixed]
    if word := reader.take_one("absolute", "relative"):
        return Towards(word), reader.integer()
    towards = Towards(reader.take_one("forward", "backward") or "forward")
    if reader.take("all"):
        return towards, None
    if reader.token.kind is Kind.NUMBER or reader.sees("-") or reader.sees("+"):
        count = reader.integer()
        return (towards, count) if count >= 0 else (_turned(towards), -count)
    return towards, 1


def _turned(towards: Towards) -> Towards:
    return Towards.BACKWARD if towards is Towards.FORWARD else Towards.FORWARD


def close(reader: Reader) -> CloseCursor:
    """Behind CLOSE."""
    name = None if reader.take("all") else reader.name()
    reader.finish()
    return CloseCursor(name)
