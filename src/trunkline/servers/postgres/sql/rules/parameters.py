"""Parameters are cast to the type that PostgreSQL would find for them."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.type_names import REGS, duckdb_name
from trunkline.servers.postgres.sql.typing.resolving import UNKNOWN
from trunkline.servers.postgres.sql.typing.tables import type_of
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope

_REGS = frozenset(one.name for one in REGS)
# Their values say more than a name of theirs could: digits, fields.
_AS_GIVEN = frozenset({"", "numeric", "numeric[]", "record", "unknown"})


def parameter(node: tree.Parameter, writer: Writer) -> Rope | None:
    """``$1`` as a bigint is ``CAST($1 AS bigint)``, so that DuckDB can say what comes of it."""
    type_ = writer.type(node)
    token = writer.statement.tokens[node.first]
    if type_ in _REGS:
        return f"{type_}_in(", token, ")"
    if type_ == UNKNOWN:
        return "CAST(", token, "AS varchar)"
    if type_ in _AS_GIVEN:
        return token
    return "CAST(", token, "AS", f"{duckdb_name(type_of(type_))})"
