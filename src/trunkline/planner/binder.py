"""The first pass, from the inside out: names to relations, predicates to facts.

What is not understood is bound as if it stood alone: its tables are read without bounds from the
outside, and it shows nothing to the outside.
"""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from trunkline.catalogs import Catalogs
from trunkline.planner.clocks import Constant
from trunkline.planner.ledger import Ledger, Scope, column_names
from trunkline.planner.nodes import Query
from trunkline.planner.relations import UNKNOWN, Relation
from trunkline.planner.selects import bind_select
from trunkline.planner.sets import bind_set
from trunkline.planner.sources import bind_table
from trunkline.planner.standing import standing

_PLAIN_SUBQUERY = frozenset({"this", "alias", "with_", "order"})


def bind(statement: exp.Expr, catalogs: Catalogs, constant: Constant) -> Query:
    """Bind a statement."""
    ledger = Ledger(catalogs, constant, _bind_query)
    ledger.bind_all(statement, Scope())
    for table in statement.find_all(exp.Table):
        if id(table) not in ledger.tables:
            _overlooked(table, ledger)
    return ledger.result()


def _overlooked(table: exp.Table, ledger: Ledger) -> None:
    """A table in syntax that no function here knows: all of it may matter."""
    for name, relation in ledger.ctes:
        if name == table.name.lower() and not table.db:
            ledger.demand(relation)
    ledger.demand(bind_table(table, Scope(), ledger))


def _bind_query(query: exp.Expr, scope: Scope, ledger: Ledger) -> Relation:
    scope = _with(query, scope, ledger)
    match query:
        case exp.Select():
            return bind_select(query, scope, ledger)
        case exp.SetOperation():
            return bind_set(query, scope, ledger)
        case exp.Subquery() if isinstance(query.this, exp.Query):
            inner = ledger.bind(query.this, scope)
            plain = _PLAIN_SUBQUERY.issuperset(name for name, given in query.args.items() if given)
            return inner if plain else inner.fixed()
    for child in query.iter_expressions():
        ledger.bind_all(child, scope)
    return UNKNOWN


def _with(node: exp.Expr, scope: Scope, ledger: Ledger) -> Scope:
    """The scope with the CTEs that stand before the query."""
    clause = node.args.get("with_")
    if clause is None:
        return scope
    ctes = dict(scope.ctes)
    for cte in clause.expressions:
        name = cte.alias.lower()
        calls_itself = clause.args.get("recursive") and _names(cte.this, name)
        around = replace(scope, ctes={**ctes, name: UNKNOWN} if calls_itself else ctes)
        relation = ledger.bind(cte.this, around).renamed(column_names(cte))
        rows = None if calls_itself else standing(cte.this, ctes)
        relation = replace(relation, rows=rows, row_names=column_names(cte))
        ctes[name] = _without_lineage(relation) if calls_itself else relation
        ledger.ctes.append((name, relation))
    return replace(scope, ctes=ctes)


def _names(query: exp.Expr, name: str) -> bool:
    return any(t.name.lower() == name and not t.db for t in query.find_all(exp.Table))


def _without_lineage(relation: Relation) -> Relation:
    outputs = tuple(replace(output, lineage=None, value=None) for output in relation.outputs)
    return replace(relation, outputs=outputs)
