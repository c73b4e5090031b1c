"""Relations, by the name that DuckDB has for them."""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.refusal import refused_at
from trunkline.servers.postgres.sql.rules.columns import identifier
from trunkline.servers.postgres.sql.writer import Writer
from trunkline.servers.postgres.sql.writing import At, Rope, quoted


def _require_here(node: tree.Table, writer: Writer) -> None:
    """A name of three parts starts with that of the database."""
    here = writer.about.facts.said.get("current_database")
    if len(node.names) == 3 and here is not None and node.names[0] != here:
        spelled = ".".join(node.names)
        said = f'cross-database references are not implemented: "{spelled}"'
        raise refused_at("0A000", said, writer.place(node.path))


def table(node: tree.Table, writer: Writer) -> Rope | None:
    """A relation that is known; its own name stays its alias."""
    _require_here(node, writer)
    known = writer.about.relations.get(id(node))
    tokens = writer.statement.tokens[node.path.first : node.path.last]
    if known is None:
        target: Rope = tuple(identifier(one) if one.is_identifier else one for one in tokens)
    else:
        target = At(known.target, tokens[0].start)
    if node.first < node.path.first and writer.statement.tokens[node.first].is_("table"):
        return "SELECT * FROM", target
    if node.alias is not None:
        return target, writer.write(node.alias)
    if known is not None and not known.target.endswith((f".{known.name}", quoted(known.name))):
        return target, "AS", quoted(node.names[-1])
    return target
