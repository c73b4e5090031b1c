"""COPY ... TO STDOUT: https://www.postgresql.org/docs/15/sql-copy.html."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from string import ascii_lowercase, digits

import pyarrow as pa

from trunkline.servers.postgres.encoding import (
    CopyFormat,
    CopyOptions,
    copy_begin,
    copy_end,
    copy_rows,
)
from trunkline.servers.postgres.report import Refused, refused
from trunkline.servers.postgres.session import checks, queries
from trunkline.servers.postgres.session.queries import Question
from trunkline.servers.postgres.session.rows import Bytes, Encode, Rows
from trunkline.servers.postgres.session.state import Session
from trunkline.servers.postgres.sql import Statement, split
from trunkline.servers.postgres.sql.commands.values import Copy
from trunkline.servers.postgres.types import Column

Given = Mapping[str, str | tuple[str, ...]]
_KNOWN = {"format", "delimiter", "null", "header", "quote", "escape", "force_quote", "encoding"}
_NOT_BINARY = ("delimiter", "null", "header")
_NO_DELIMITERS = frozenset("\\." + ascii_lowercase + digits)
_ONLY_CSV = ("quote", "escape", "force_quote")


def query_of(command: Copy) -> Statement:
    """The query that is copied; of a relation, all its rows."""
    if command.query is not None:
        return command.query
    columns = ", ".join(map(_quoted, command.columns)) or "*"
    (statement,) = split(f"SELECT {columns} FROM {'.'.join(map(_quoted, command.relation))}")  # noqa: S608
    return statement


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


async def copy(session: Session, command: Copy, question: Question) -> str:
    """Send the rows; the tag."""
    options_of(command.options, ())  # errors of the options before those of the query
    rows, columns = await queries.opened(session, question)
    try:
        count = await _sent(session, rows, columns, options_of(command.options, columns))
    except BaseException as error:
        await rows.close(error)
        raise
    await rows.close(None)
    return f"COPY {count}"


async def _sent(
    session: Session, rows: Rows, columns: Sequence[Column], options: CopyOptions
) -> int:
    session.connection.copy_out(options.format.wire, len(columns))
    if header := copy_begin(columns, options):
        session.connection.data(header)
    count = await rows.give(0, _encoder(session, columns, options), session.send)
    if trailer := copy_end(options, empty=not count):
        session.connection.data(trailer)
    session.connection.copy_done()
    return count


def _encoder(session: Session, columns: Sequence[Column], options: CopyOptions) -> Encode:
    style = session.style

    def encode(batch: pa.RecordBatch, *, first: bool) -> Iterator[Bytes]:
        pieces = copy_rows(batch, columns, options, style, first=first)
        if first and options.format is CopyFormat.BINARY:
            # Its first message goes on in the second piece: whoever stops in between breaks it.
            yield b"".join(islice(pieces, 2))
        yield from pieces

    return encode


def options_of(given: Given, columns: Sequence[Column]) -> CopyOptions:
    """The options of a statement. Refused as PostgreSQL refuses them: 42601, 22023, 0A000."""
    if unknown := sorted(given.keys() - _KNOWN):
        raise refused("42601", f'option "{unknown[0]}" not recognized')
    form = _format(given)
    csv = form is CopyFormat.CSV
    _check(given, form)
    quote = _character(given, "quote", '"')
    return CopyOptions(
        form,
        _character(given, "delimiter", "," if csv else "\t"),
        str(given.get("null", "" if csv else "\\N")),
        _header(given),
        quote,
        _character(given, "escape", quote),
        _forced(given, columns),
    )


def _format(given: Given) -> CopyFormat:
    name = str(given.get("format", "text"))
    try:
        return CopyFormat(name)
    except ValueError:
        raise refused("22023", f'COPY format "{name}" not recognized') from None


def _check(given: Given, form: CopyFormat) -> None:
    for name in _NOT_BINARY if form is CopyFormat.BINARY else ():
        if name in given:
            raise refused("42601", f"cannot specify {name.upper()} in BINARY mode")
    for name in () if form is CopyFormat.CSV else _ONLY_CSV:
        if name in given:
            said = name.replace("_", " ")
            raise refused("0A000", f"COPY {said} available only in CSV mode")
    if "encoding" in given:
        checks.encoding("encoding", str(given["encoding"]))
    _check_marks(given, form)


def _check_marks(given: Given, form: CopyFormat) -> None:
    delimiter, null = str(given.get("delimiter", "")), str(given.get("null", ""))
    if any(mark in delimiter + null for mark in "\r\n"):
        raise refused("22023", "COPY delimiter and null cannot be newline or carriage return")
    if not delimiter:
        return
    if delimiter in null:
        raise refused("0A000", "COPY delimiter must not appear in the NULL specification")
    if form is CopyFormat.TEXT and delimiter in _NO_DELIMITERS:
        raise refused("22023", f'COPY delimiter cannot be "{delimiter}"')
    if form is CopyFormat.CSV and delimiter == given.get("quote", '"'):
        raise refused("22023", "COPY delimiter and quote must be different")


def _character(given: Given, name: str, default: str) -> str:
    value = str(given.get(name, default))
    if len(value.encode()) != 1:
        raise refused("0A000", f"COPY {name} must be a single one-byte character")
    return value


def _header(given: Given) -> bool:
    value = str(given.get("header", "off"))
    if value.lower() == "match":
        raise refused("0A000", 'cannot use "match" with HEADER in COPY TO')
    try:
        return checks.boolean("header", value) == "on"
    except Refused:
        raise refused("42601", 'header requires a Boolean value or "match"') from None


def _forced(given: Given, columns: Sequence[Column]) -> frozenset[str]:
    names = given.get("force_quote", ())
    if isinstance(names, str):
        names = (names,)
    return frozenset(column.name for column in columns) if names == ("*",) else frozenset(names)
