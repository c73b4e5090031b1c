"""pg_typeof: what PostgreSQL would say of an expression."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.typing.tables import type_of
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import At, Rope, string


def pg_typeof(node: tree.Call, writer: Writer) -> Rope | None:
    """The name of the type, where it is known here."""
    found = writer.type(node.arguments[0]) if len(node.arguments) == 1 else ""
    if not found:
        return None
    name = "unknown" if found == "unknown" else type_of(found).name
    text = At(string(name), writer.place(node))
    if isinstance(node.arguments[0], tree.Literal):
        return text
    # Whether rows are grouped hangs on what is asked about.
    return "CASE WHEN", writer.write(node.arguments[0]), "IS NULL THEN", text, "ELSE", text, "END"
