"""PREPARE, EXECUTE and DEALLOCATE: https://www.postgresql.org/docs/15/sql-prepare.html."""

from __future__ import annotations

from trunkline.servers.postgres.sql.commands.values import Deallocate, ExecutePrepared, PrepareAs
from trunkline.servers.postgres.sql.reader import Reader
from trunkline.servers.postgres.sql.statement import Statement
from trunkline.servers.postgres.sql.type_names import read_type
from trunkline.servers.postgres.types import PgType


def prepare(reader: Reader) -> PrepareAs:
    """Behind PREPARE."""
    name = reader.name()
    types: list[PgType] = []
    if reader.take("("):
        types.append(read_type(reader).type)
        while reader.take(","):
            types.append(read_type(reader).type)
        reader.expect(")")
    reader.expect("as")
    return PrepareAs(name, tuple(types), reader.rest())


def execute(reader: Reader) -> ExecutePrepared:
    """Behind EXECUTE."""
    name = reader.name()
    arguments: list[Statement] = []
    if reader.sees("("):
        arguments = _arguments(reader)
    reader.finish()
    return ExecutePrepared(name, tuple(arguments))


def _arguments(reader: Reader) -> list[Statement]:
    start = reader.at
    reader.past_parentheses()
    inside = reader.statement.part(start + 1, reader.at - 1)
    found: list[Statement] = []
    first = depth = 0
    for place, token in enumerate(inside.tokens):
        depth += token.is_("(", "[", "{") - token.is_(")", "]", "}")
        if token.is_(",") and not depth:
            found.append(inside.part(first, place))
            first = place + 1
    return [*found, inside.part(first)]


def deallocate(reader: Reader) -> Deallocate:
    """Behind DEALLOCATE."""
    if reader.sees("prepare") and reader.ahead(1).is_identifier:
        reader.expect("prepare")
    name = None if reader.take("all") else reader.name()
    reader.finish()
    return Deallocate(name)
