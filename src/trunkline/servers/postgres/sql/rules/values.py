"""VALUES in FROM: their columns are column1, column2 and so on."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope, joined, quoted


def derived(node: tree.Derived, writer: Writer) -> Rope | None:
    """Named where the text does not name them all."""
    alias, body = node.alias, node.query.body
    if alias is None or not isinstance(body, tree.Values):
        return None
    count = len(body.rows[0].items)
    names = [*alias.columns, *(f"column{place + 1}" for place in range(count))][:count]
    names = [*alias.columns, *(f"column{place + 1}" for place in range(len(alias.columns), count))]
    columns = joined(",", tuple(map(quoted, names)))
    lateral = writer.tokens(node.first, node.query.first)
    return (
        lateral, writer.write(node.query), ")", "AS", quoted(alias.name), "(", columns, ")",
    )  # fmt: skip
