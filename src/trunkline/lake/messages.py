"""What DuckDB says of a wrong query, in words and with a position a user can act on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import msgspec

from trunkline.catalog import closest, folded
from trunkline.errors import (
    AmbiguousColumn,
    DivisionByZero,
    InvalidArgument,
    InvalidMoment,
    InvalidValue,
    MomentOutOfRange,
    NotGranted,
    NotGrouped,
    SqlError,
    UnknownColumn,
    UnknownFunction,
    UnknownRelation,
    ValueOutOfRange,
)
from trunkline.lake.relation import Closed, Relation

_NO_COLUMN = re.compile(
    r"Referenced column \"(?P<name>[^\"]+)\" (?:not found|was not found because)"
    r"|does not have a column named \"(?P<member>[^\"]+)\""
    r"|^Column \"(?P<listed>[^\"]+)\" (?:in \w+ list not found|does not exist on)"
)
_NO_TABLE = re.compile(r"^Referenced table \"(?P<name>[^\"]+)\" not found")
# What else of a text or its values is wrong, by DuckDB's words, and in ours where those say more.
_KINDS: tuple[tuple[re.Pattern[str], type[SqlError], str | None], ...] = (
    (re.compile(r"^Division by zero"), DivisionByZero, "division by zero"),
    (re.compile(r"^(?:date|time|timestamp)\b.* out of range|not in timestamp range"
                r"|out of range for TIMESTAMP|^Overflow in \w+ of (?:INTERVAL|DATE|TIME)"
                r"|^Interval value .* out of range|^Cannot subtract infinite", re.IGNORECASE),
     MomentOutOfRange, None),
    (re.compile(r"out of range|^Overflow in "), ValueOutOfRange, None),
    (re.compile(r"^invalid (?:date|time)\w* field format"), InvalidMoment, None),
    (re.compile(r"^Unknown TimeZone|^time zone not recognized"), InvalidArgument, None),
    (re.compile(r"^Could not convert string|^invalid \w+ field format|^Malformed JSON"
                r"|^invalid input syntax"), InvalidValue, None),
    (re.compile(r"^No function matches|^Could not choose a best candidate function"),
     UnknownFunction, None),
    (re.compile(r"^Ambiguous reference to column"), AmbiguousColumn, None),
    (re.compile(r"must appear in the GROUP BY clause"), NotGrouped, None),
)  # fmt: skip
_PREFIX = re.compile(r"^\w[\w ]* Error: ")
_WITH_VALUES = ("Conversion Error", "Invalid Input Error", "Out of Range Error")
_QUOTED = re.compile(r"'.*'|\".*\"", re.DOTALL)
_UNKNOWN_PLACE = 2**64 - 1


def sql_error(
    message: str, sql: str, relations: Iterable[Relation], *, before: int = 0
) -> SqlError | NotGranted:
    """The error for a message of DuckDB, with a suggestion from the catalogue where one is near.

    ``before`` is how many characters, all ASCII, stood before the user's text.
    """
    told = _told(message)
    text = str(told["exception_message"]).strip()
    position = character(sql, told.get("position"), before=before)
    if found := _NO_COLUMN.search(text):
        name = found["name"] or found["member"] or found["listed"]
        return _unknown_column(name, sql, tuple(relations), position)
    if found := _NO_TABLE.search(text):
        return UnknownRelation(
            f"there is no table {found['name']} in the query",
            hint="A column is written with the alias of its table, where it has one.",
            position=position,
        )
    if "Max expression depth limit" in text:
        return SqlError("the statement is nested too deeply", position=position)
    for pattern, kind, words in _KINDS:
        if pattern.search(text):
            return kind(words or _safe(text, message), position=position)
    return SqlError(_safe(text, message), position=position)


def unknown_relation(
    name: str, relations: Iterable[Relation], default_schema: str, position: int | None
) -> UnknownRelation:
    """The error for a name, qualified or not, that no relation has."""
    spelled: dict[str, str] = {}
    for relation in relations:
        is_default = relation.schema == default_schema
        if is_default or relation.name not in spelled:  # a name alone means the default schema's
            spelled[relation.name] = relation.name if is_default else relation.qualified
        spelled[relation.qualified] = relation.qualified
    near = closest(name, spelled)
    hint = f"Did you mean {spelled[near]}? " if near else ""
    return UnknownRelation(
        f"there is no table {name}",
        hint=f"{hint}{_schemas(name, spelled)}`trunkline tables` lists them all.",
        position=position,
    )


def _schemas(name: str, spelled: Iterable[str]) -> str:
    """The schemas there are, which organisations have, where the name is of none of them."""
    schema = folded(name.rpartition(".")[0])
    schemas = sorted({one.rpartition(".")[0] for one in spelled} - {""})
    return f"The schemas are {', '.join(schemas)}. " if schema and schema not in schemas else ""


def character(sql: str, place: object, *, before: int = 0) -> int | None:
    """DuckDB's place in a text, a count of bytes of UTF-8, as a count of characters."""
    if not isinstance(place, (int, str)) or not str(place).isdigit():
        return None
    offset, text = int(place) - before, sql.encode()
    if int(place) == _UNKNOWN_PLACE or not 0 <= offset <= len(text):
        return None
    return len(text[:offset].decode(errors="ignore"))


def _unknown_column(
    name: str, sql: str, relations: tuple[Relation, ...], position: int | None
) -> UnknownColumn | NotGranted:
    named = [r for r in relations if re.search(rf"\b{r.name}\b", sql, re.IGNORECASE)]
    if hiding := next((r for r in named if folded(name) in dict(r.hidden)), None):
        return not_granted(hiding, folded(name))
    near = closest(name, {column for r in named for column, _ in r.columns})
    tables = ", ".join(sorted({r.name for r in named})) or "the query"
    hint = f"Did you mean {near}? " if near else ""
    return UnknownColumn(
        f"there is no column {name} in {tables}",
        hint=f"{hint}`trunkline tables NAME` lists the columns of a table.",
        position=position,
    )


def not_granted(relation: Relation, column: str) -> NotGranted:
    """The error for a column that a relation has, and whoever asks may not read."""
    closed = relation.hiding or Closed("it is not granted")
    return NotGranted(
        f"the column {relation.qualified}.{column} is not open to {closed.whom}: {closed.why}",
        hint=closed.advice,
    )


def _told(message: str) -> dict[str, Any]:
    """What DuckDB says with ``errors_as_json``; now and then it says it as text all the same."""
    text = _PREFIX.sub("", message, count=1)
    try:
        told = msgspec.json.decode(text)
    except msgspec.DecodeError:
        told = None
    if isinstance(told, dict) and "exception_message" in told:
        return told
    return {"exception_message": text.split("\n\nLINE ", 1)[0]}


def _safe(text: str, message: str) -> str:
    """Without values of the data, and without the list of all overloads, which can be a page."""
    if message.startswith(_WITH_VALUES):
        text = _QUOTED.sub("…", text)
    return text.split("\n\tCandidate functions:", 1)[0].rstrip()
