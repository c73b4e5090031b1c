"""COPY ... TO STDOUT: https://www.postgresql.org/docs/15/sql-copy.html, the old forms too."""

from __future__ import annotations

from trunkline.servers.postgres.sql.commands.values import Copy, Name
from trunkline.servers.postgres.sql.reader import Reader
from trunkline.servers.postgres.sql.refusal import read_only, refused_at
from trunkline.servers.postgres.sql.statement import Statement
from trunkline.servers.postgres.sql.tokens import Kind

Options = dict[str, str | tuple[str, ...]]
_VALUED = ("delimiter", "null", "quote", "escape", "encoding")


def copy(reader: Reader) -> Copy:
    """Behind COPY."""
    old: Options = {"format": "binary"} if reader.take("binary") else {}
    query, relation, columns = _source(reader)
    if reader.sees("from"):
        raise read_only("COPY FROM", reader.token.start)
    reader.expect("to")
    if not reader.take("stdout"):
        raise refused_at(
            "42501",
            "a server of Trunkline writes no files and runs no programs",
            reader.token.start,
            hint="COPY ... TO STDOUT sends the rows to the client; psql's \\copy writes them.",
        )
    options = _options(reader) if reader.sees("with", "(") or reader.sees("(") else _old(reader)
    reader.finish()
    return Copy(query, relation, columns, old | options)


def _source(reader: Reader) -> tuple[Statement | None, Name, tuple[str, ...]]:
    start = reader.at
    if reader.sees("("):
        reader.past_parentheses()
        return reader.statement.part(start + 1, reader.at - 1), (), ()
    relation = reader.names()
    return None, relation, listed(reader)


def listed(reader: Reader) -> tuple[str, ...]:
    """Names in parentheses; none where there are no parentheses."""
    if not reader.take("("):
        return ()
    names = [reader.name()]
    while reader.take(","):
        names.append(reader.name())
    reader.expect(")")
    return tuple(names)


def _options(reader: Reader) -> Options:
    reader.take("with")
    reader.expect("(")
    found: Options = {}
    while True:
        name = reader.name()
        found[name] = _value(reader)
        if not reader.take(","):
            break
    reader.expect(")")
    return found


def _value(reader: Reader) -> str | tuple[str, ...]:
    if reader.sees("("):
        return listed(reader)
    if reader.take("*"):
        return ("*",)
    if reader.sees(",") or reader.sees(")"):
        return "true"
    token = reader.next()
    return token.value


def _old(reader: Reader) -> Options:
    """WITH CSV HEADER DELIMITER AS '...' and so on: the form before PostgreSQL 9."""
    reader.take("with")
    found: Options = {}
    while not reader.ended:
        if word := reader.take_one("binary", "csv"):
            found["format"] = word
        elif reader.take("header"):
            found["header"] = "true"
        elif reader.take("force", "quote"):
            found["force_quote"] = ("*",) if reader.take("*") else _several(reader)
        else:
            word = reader.take_one("delimiters", *_VALUED).replace("delimiters", "delimiter")
            reader.take("as")
            if not word or reader.token.kind is not Kind.STRING:
                raise reader.error()
            found[word] = reader.next().value
    return found


def _several(reader: Reader) -> tuple[str, ...]:
    names = [reader.name()]
    while reader.take(","):
        names.append(reader.name())
    return tuple(names)
