"""Years before Christ, of which DuckDB counts one as 0."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope, joined

_YEAR = (
    "lambda given: CASE WHEN given = 0 THEN error('date field value out of range: there is no year "
    "0') WHEN given < 0 THEN given + 1 ELSE given END)[1]"
)


def made(node: tree.Call, writer: Writer) -> Rope | None:
    """``make_date`` and ``make_timestamp``; a year that is a column's bounds a scan, as it is."""
    if len(node.arguments) not in (3, 6) or node.odd:
        return None
    year, *rest = node.arguments
    if isinstance(year, tree.Literal) and year.token.value.strip("0"):
        return None
    if any(isinstance(one, tree.Column) for one in tree.walk(year)):
        return None
    counted = ("list_transform([", writer.write(year), f"], {_YEAR}")
    return f"{node.name}(", joined(",", (counted, *writer.all(rest))), ")"
