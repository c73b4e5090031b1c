"""Temporary tables: CREATE TEMPORARY TABLE, INSERT, TRUNCATE and DROP TABLE.

https://www.postgresql.org/docs/15/sql-createtable.html. Whether a relation is a temporary one of
the session's, the session knows; here only its name is read.
"""

from __future__ import annotations

from itertools import pairwise

from trunkline.servers.postgres.sql.commands.copying import listed
from trunkline.servers.postgres.sql.commands.values import (
    ColumnOf,
    CreateTemporary,
    DropTable,
    InsertInto,
    Name,
    Truncate,
)
from trunkline.servers.postgres.sql.reader import Reader
from trunkline.servers.postgres.sql.refusal import read_only, unsupported
from trunkline.servers.postgres.sql.type_names import read_type

_CONSTRAINTS = ("constraint", "primary", "unique", "check", "foreign", "exclude", "like")


def create(reader: Reader) -> CreateTemporary:
    """Behind CREATE."""
    reader.take_one("local", "global")
    if not reader.take_one("temporary", "temp") or not reader.take("table"):
        words = [token.value for token in reader.tokens[1:3] if token.is_identifier]
        raise read_only(" ".join(["CREATE", *words[:1]]).upper(), 0)
    if_not_exists = reader.take("if", "not", "exists")
    name = reader.names()
    if reader.sees("as"):
        return _of_query(reader, name, (), if_not_exists=if_not_exists)
    start = reader.at
    reader.expect("(")
    if reader.token.is_identifier and reader.ahead(1).is_(",", ")"):
        reader.at = start
        return _of_query(reader, name, listed(reader), if_not_exists=if_not_exists)
    columns = _columns(reader)
    return CreateTemporary(name, columns, None, (), if_not_exists, on_commit=_ending(reader))


def _of_query(
    reader: Reader, name: Name, names: tuple[str, ...], *, if_not_exists: bool
) -> CreateTemporary:
    ending = _storage(reader)
    reader.expect("as")
    last, with_data = len(reader.tokens), True
    tail = [token.value for token in reader.tokens[-3:]]
    if tail[-2:] == ["with", "data"]:
        last -= 2
    elif tail == ["with", "no", "data"]:
        last, with_data = last - 3, False
    query = reader.statement.part(reader.at, last)
    if not query.tokens:
        raise reader.error()
    return CreateTemporary(name, (), query, names, if_not_exists, with_data, ending)


def _columns(reader: Reader) -> tuple[ColumnOf, ...]:
    found: list[ColumnOf] = []
    while not reader.take(")"):
        if reader.token.is_(*_CONSTRAINTS):
            _skip(reader)
        else:
            name, type_ = reader.name(), read_type(reader)
            before = reader.at
            _skip(reader)
            words = [token.value for token in reader.tokens[before : reader.at]]
            not_null = ("not", "null") in pairwise(words) or "primary" in words
            if "default" in words:
                raise unsupported("DEFAULT in a temporary table", reader.tokens[before].start)
            found.append(ColumnOf(name, type_.type, type_.duckdb, not_null))
        if not reader.take(",") and not reader.sees(")"):
            raise reader.error()
    return tuple(found)


def _skip(reader: Reader) -> None:
    """Past the constraints of a column or table, which are not kept."""
    while not reader.sees(",") and not reader.sees(")"):
        if reader.sees("("):
            reader.past_parentheses()
        else:
            reader.next()


def _storage(reader: Reader) -> str:
    """What may stand between the name and AS."""
    found = "preserve rows"
    while not reader.sees("as"):
        if reader.take("on", "commit"):
            found = _on_commit(reader)
        elif reader.take("with") or reader.take("using") or reader.take("tablespace"):
            reader.past_parentheses() if reader.sees("(") else reader.name()
        elif not reader.take("without", "oids"):
            raise reader.error()
    return found


def _on_commit(reader: Reader) -> str:
    for words in (("preserve", "rows"), ("delete", "rows"), ("drop",)):
        if reader.take(*words):
            return " ".join(words)
    raise reader.error()


def _ending(reader: Reader) -> str:
    found = "preserve rows"
    while not reader.ended:
        if reader.take("on", "commit"):
            found = _on_commit(reader)
        elif reader.take("with"):
            reader.past_parentheses()
        elif not reader.take("without", "oids"):
            raise reader.error()
    return found


def drop(reader: Reader) -> DropTable:
    """Behind DROP."""
    if not reader.take("table"):
        raise read_only(f"DROP {reader.token.value}".upper().strip(), 0)
    if_exists = reader.take("if", "exists")
    relations = _relations(reader)
    reader.take_one("cascade", "restrict")
    reader.finish()
    return DropTable(relations, if_exists)


def truncate(reader: Reader) -> Truncate:
    """Behind TRUNCATE."""
    reader.take("table")
    relations = _relations(reader)
    reader.take("restart", "identity")
    reader.take("continue", "identity")
    reader.take_one("cascade", "restrict")
    reader.finish()
    return Truncate(relations)


def _relations(reader: Reader) -> tuple[Name, ...]:
    found: list[Name] = []
    while not found or reader.take(","):
        reader.take("only")
        found.append(reader.names())
        reader.take("*")
    return tuple(found)


def insert(reader: Reader) -> InsertInto:
    """Behind INSERT."""
    reader.expect("into")
    relation = reader.names()
    if reader.take("as"):
        reader.name()
    columns = listed(reader) if reader.sees("(") and not reader.ahead(1).is_("select", "(") else ()
    if reader.take("overriding"):
        reader.at += 2
    if reader.take("default", "values"):
        reader.finish()
        return InsertInto(relation, columns, None)
    query = reader.rest()
    depth = 0
    for token in query.tokens:
        depth += token.is_("(") - token.is_(")")
        if not depth and token.is_("returning", "conflict"):
            raise unsupported(f"INSERT with {token.value.upper()}", query.offset + token.start)
    return InsertInto(relation, columns, query)
