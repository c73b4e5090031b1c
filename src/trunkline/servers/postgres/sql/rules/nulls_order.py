"""ORDER BY x DESC has nulls first, as PostgreSQL takes them for the largest values."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope


def sort_key(node: tree.SortKey, writer: Writer) -> Rope | None:
    """Said, whatever DuckDB's default is. ORDER BY ALL is DuckDB's own."""
    if isinstance(node.expression, tree.Opaque):
        return None
    direction = "DESC" if node.descending else "ASC"
    nulls = node.nulls.upper() or ("FIRST" if node.descending else "LAST")
    return writer.write(node.expression), f"{direction} NULLS {nulls}"
