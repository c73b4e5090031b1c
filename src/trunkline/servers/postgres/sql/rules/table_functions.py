"""Functions in FROM."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope, joined, quoted

_ONE_COLUMN = frozenset({"generate_series", "unnest", "generate_subscripts"})


def from_call(node: tree.FromCall, writer: Writer) -> Rope | None:
    """A function that gives one value is a row; one that gives one column has its alias' name."""
    call = node.call
    if not isinstance(call, tree.Call):
        return None
    name = node.alias.name if node.alias else call.name
    columns = node.alias.columns if node.alias else ()
    if call.name not in _ONE_COLUMN or (call.name == "unnest" and len(call.arguments) != 1):
        return None
    named = columns or (name,)
    if node.ordinality and len(named) == 1:
        named = (*named, "ordinality")
    made = writer.write(call)
    ordinality = "WITH ORDINALITY" if node.ordinality else ""
    names = joined(",", tuple(map(quoted, named)))
    return made, ordinality, "AS", quoted(name), "(", names, ")"
