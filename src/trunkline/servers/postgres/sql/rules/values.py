"""VALUES: the columns are column1, column2 and so on."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope, joined, quoted


def values(node: tree.Values, writer: Writer) -> Rope | None:
    """A SELECT from them, which gives them their names."""
    count = len(node.rows[0].items)
    columns = joined(",", tuple(quoted(f"column{place}") for place in range(1, count + 1)))
    alias = quoted("*VALUES*")
    return "SELECT * FROM (", writer.plain(node), ") AS", alias, "(", columns, ")"
