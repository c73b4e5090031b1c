"""Rows that stand in the query itself: VALUES, series, and what is made of nothing else.

    WITH months(a, b) AS (VALUES (DATE '2025-01-01', DATE '2025-02-01'))
    ... JOIN months m ON t >= m.a AND t < m.b

A comparison with a column of theirs can be true only within what the least and the greatest of it
allow. The engine is asked for the two, over the rows written out, common table expressions inlined.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlglot import exp

from trunkline.planner.constants import is_pure, written
from trunkline.planner.frames import Frame
from trunkline.planner.question import Value
from trunkline.planner.relations import Relation

_NODES = (
    exp.Alias, exp.Array, exp.CTE, exp.Column, exp.Distinct, exp.Explode, exp.From,
    exp.GenerateSeries, exp.Group, exp.Identifier, exp.Join, exp.Max, exp.Min, exp.Ordered,
    exp.Order, exp.Select, exp.Star, exp.Subquery, exp.Table, exp.TableAlias, exp.Union,
    exp.Unnest, exp.Values, exp.Where, exp.With,
)  # fmt: skip
_PLAIN_TABLE = frozenset({"this", "alias"})


def standing(node: exp.Expr, ctes: Mapping[str, Relation]) -> exp.Expr | None:
    """A query, or what stands in FROM, as text of its own; None where it reads anything else."""
    holder = exp.Paren(this=node.copy())
    own = {cte.alias.lower() for cte in holder.find_all(exp.CTE)}
    for table in list(holder.find_all(exp.Table)):
        if not isinstance(table.this, exp.Identifier) or table.name.lower() in own:
            continue
        inlined = _inlined(table, ctes.get(table.name.lower()))
        if inlined is None:
            return None
        table.replace(inlined)
    stands = all(isinstance(part, _NODES) or is_pure(part) for part in holder.walk())
    found = holder.this
    return found if stands and isinstance(found, exp.Expr) else None


def _inlined(table: exp.Table, relation: Relation | None) -> exp.Expr | None:
    is_plain = _PLAIN_TABLE.issuperset(name for name, given in table.args.items() if given)
    if relation is None or relation.rows is None or not is_plain:
        return None
    alias = table.args.get("alias")
    renamed = alias.args.get("columns") if alias else None
    names = renamed or [exp.to_identifier(name, quoted=True) for name in relation.row_names]
    columns = exp.TableAlias(
        this=exp.to_identifier(table.alias_or_name, quoted=True), columns=names
    )
    return exp.Subquery(this=relation.rows.copy(), alias=columns)


def among(node: exp.Expr, frame: Frame, ctes: Mapping[str, Relation]) -> Value | None:
    """The ends of an expression of constants and of columns of rows that stand in the query."""
    found = standing(node, ctes)
    if found is None:
        return None
    columns = [
        part
        for part in found.walk(prune=lambda part: isinstance(part, exp.Query | exp.Column))
        if isinstance(part, exp.Column)
    ]
    if not columns:
        return Value(written(found), written(found))
    sources = {frame.rows_of(column) for column in columns}
    rows = sources.pop()
    if sources or rows is None:
        return None
    text = written(found)
    return Value(*(f"(SELECT {end}({text}) FROM {rows})" for end in ("min", "max")))  # noqa: S608


def members(query: exp.Expr, ctes: Mapping[str, Relation]) -> Value | None:
    """The ends of the one column of a query, as IN compares with it."""
    found = standing(query, ctes)
    if found is None:
        return None
    rows = f"({written(found.unnest())}) standing(a)"
    return Value(*(f"(SELECT {end}(a) FROM {rows})" for end in ("min", "max")))  # noqa: S608
