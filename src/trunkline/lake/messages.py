"""What DuckDB says of a wrong query, in words and with a position a user can act on."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trunkline.catalog import closest
from trunkline.errors import SqlError, UnknownColumn, UnknownRelation
from trunkline.lake.relation import Relation

_NO_TABLE = re.compile(r"Table with name \"?(?P<name>[^\"\s]+)\"? does not exist")
_NO_COLUMN = re.compile(
    r"column \"(?P<name>[^\"]+)\" (?:not found|that)"
    r"|does not have a column named \"(?P<other>[^\"]+)\""
)
_PLACE = re.compile(r"^LINE (?P<line>\d+): (?P<text>.*)\n(?P<pad> *)\^", re.MULTILINE)


def sql_error(message: str, sql: str, relations: Iterable[Relation]) -> SqlError:
    """The error for a message of DuckDB, with a suggestion from the catalogue where one is near."""
    relations = tuple(relations)
    if found := _NO_TABLE.search(message):
        return _unknown_relation(found["name"], sql, relations)
    if found := _NO_COLUMN.search(message):
        return _unknown_column(found["name"] or found["other"], message, sql, relations)
    return SqlError(_first_line(message), position=_position(message, sql))


def _unknown_relation(name: str, sql: str, relations: tuple[Relation, ...]) -> UnknownRelation:
    names = sorted({r.name for r in relations} | {r.qualified for r in relations})
    near = closest(name, names)
    hint = f"Did you mean {near}? " if near else ""
    return UnknownRelation(
        f"there is no table {name}",
        hint=f"{hint}`trunkline tables` lists them all.",
        position=_word(name, sql),
    )


def _unknown_column(
    name: str, message: str, sql: str, relations: tuple[Relation, ...]
) -> UnknownColumn:
    bare = name.rpartition(".")[2]
    named = [r for r in relations if re.search(rf"\b{r.name}\b", sql, re.IGNORECASE)]
    near = closest(bare, {column for r in named for column, _ in r.columns})
    tables = ", ".join(sorted({r.name for r in named})) or "the query"
    hint = f"Did you mean {near}? " if near else ""
    return UnknownColumn(
        f"there is no column {name} in {tables}",
        hint=f"{hint}`trunkline tables NAME` lists the columns of a table.",
        position=_position(message, sql) or _word(bare, sql),
    )


def _first_line(message: str) -> str:
    text = message.split("\n\nLINE ", 1)[0]
    return re.sub(r"^\w[\w ]* Error: ", "", text).strip()


def _position(message: str, sql: str) -> int | None:
    """The offset DuckDB points at: a line of the text and a caret below it."""
    place = _PLACE.search(message)
    if place is None:
        return None
    lines = sql.splitlines(keepends=True)
    row = int(place["line"]) - 1
    shown = place["text"]
    column = len(place["pad"]) - len(f"LINE {place['line']}: ")
    if row >= len(lines) or column < 0:
        return None
    start = lines[row].find(shown.removeprefix("...").removesuffix("...")[:40])
    offset = column - (3 if shown.startswith("...") else 0)
    return sum(len(line) for line in lines[:row]) + max(start, 0) + offset


def _word(name: str, sql: str) -> int | None:
    found = re.search(rf"\b{re.escape(name)}\b", sql, re.IGNORECASE)
    return found.start() if found else None
