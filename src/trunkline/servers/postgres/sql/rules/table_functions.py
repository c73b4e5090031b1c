"""Functions in FROM."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import Rope, joined, quoted

# Each gives one column that is named as the function is.
_ROWS_OF_LIST = {
    "regexp_split_to_table": "regexp_split_to_array",
    "string_to_table": "string_split",
    "json_array_elements_text": "json_extract_string",
}


def from_call(node: tree.FromCall, writer: Writer) -> Rope | None:
    """A function that gives one value is a row; one that gives one column has its alias' name."""
    call = node.call
    if not isinstance(call, tree.Call):
        return None
    name = node.alias.name if node.alias else call.name
    columns = node.alias.columns if node.alias else ()
    if call.name == "generate_series":
        named = columns or (name,)
    elif call.name in ("unnest", "generate_subscripts") and len(call.arguments) == 1:
        named = columns or (name,)
    else:
        return None
    if node.ordinality and len(named) == 1:
        named = (*named, "ordinality")
    made = writer.write(call)
    ordinality = "WITH ORDINALITY" if node.ordinality else ""
    names = joined(",", tuple(map(quoted, named)))
    return made, ordinality, "AS", quoted(name), "(", names, ")"
