"""What a column of a result is called where nothing is said: PostgreSQL's ``FigureColname``.

https://www.postgresql.org/docs/15/queries-select-lists.html#QUERIES-COLUMN-LABELS.
"""

from __future__ import annotations

from trunkline.servers.postgres.sql import tree
from trunkline.servers.postgres.sql.tree import Node
from trunkline.servers.postgres.sql.typing.tables import name_of

NONE = "?column?"
_STRONG, _WEAK = 2, 1
Found = tuple[str, int] | None


def name(expression: Node) -> str | None:
    """The name of a column; None for what only DuckDB has a name for."""
    if isinstance(expression, tree.Opaque):
        return None
    found = _figured(expression)
    return found[0] if found else NONE


def _figured(node: Node) -> Found:  # noqa: C901, PLR0911 - one line a kind
    match node:
        case tree.Column(names=names):
            return names[-1], _STRONG
        case tree.Member(name=own):
            return own, _STRONG
        case tree.Paren(inner=inner) | tree.Collate(operand=inner):
            return _figured(inner)
        case tree.Index(base=base):
            return _figured(base)
        case tree.Call():
            return node.name, _STRONG
        case tree.AtZone():
            return "timezone", _STRONG
        case tree.Array():
            return "array", _STRONG
        case tree.Row():
            return "row", _STRONG
        case tree.Cast():
            return _cast(node)
        case tree.Case(otherwise=otherwise):
            found = _figured(otherwise) if otherwise else None
            return found if found and found[1] > _WEAK else ("case", _WEAK)
        case tree.Subquery():
            return _subquery(node)
    return None


def _cast(node: tree.Cast) -> Found:
    inner = _figured(node.operand)
    if inner and inner[1] > _WEAK:
        return inner
    if node.to is None:
        return inner
    return name_of(node.to.type).removesuffix("[]") or node.to.duckdb, _WEAK


def _subquery(node: tree.Subquery) -> Found:
    if node.of:
        return node.of, _STRONG
    body: Node = node.query.body
    while isinstance(body, tree.Sets):
        body = body.left
    if isinstance(body, tree.Select) and body.items:
        item = body.items[0]
        return (item.alias, _STRONG) if item.alias else _named(item.expression)
    if isinstance(body, tree.Values):
        return "column1", _STRONG
    return None


def _named(expression: Node) -> Found:
    found = name(expression)
    return (found, _STRONG) if found else None
