"""FROM and JOIN: what may stand there, and the tree it makes."""

from __future__ import annotations

from functools import lru_cache, reduce

from sqlglot import exp

from trunkline.planner.constants import written
from trunkline.planner.facts import Bound, Facts, Passes, Variable
from trunkline.planner.joins import Join, Kind, Leaf, Tree, sources
from trunkline.planner.ledger import Ledger, Scope, column_names
from trunkline.planner.nodes import TableNode, Through
from trunkline.planner.parsing import parsed
from trunkline.planner.predicates import same
from trunkline.planner.relations import UNKNOWN, Relation, of_table
from trunkline.planner.standing import standing
from trunkline.planner.where import Clauses
from trunkline.views import View


def bind_from(select: exp.Select, clauses: Clauses) -> Tree | None:
    """FROM with its joins. A comma binds less than JOIN: ``a, b JOIN c`` is ``a, (b JOIN c)``."""
    clause = select.args.get("from_")
    if clause is None:
        return None
    groups = [_item(clause.this, clauses)]
    for join in select.args.get("joins") or []:
        if _is_comma(join):
            groups.append(_item(join.this, clauses))
        else:
            groups[-1] = _joined(groups[-1], join, clauses)
    return reduce(lambda left, right: Join(Kind.INNER, left, right, ()), groups)


def _is_comma(join: exp.Join) -> bool:
    return not any(join.args.get(name) for name in ("on", "using", "side", "kind", "method"))


def _item(node: exp.Expr, clauses: Clauses) -> Tree:
    if isinstance(node, exp.Subquery) and not isinstance(node.this, exp.Query) and not node.alias:
        tree = _item(node.this, clauses)  # (a JOIN b)
    else:
        tree = _source(node, _relation(node, clauses), clauses)
    for join in node.args.get("joins") or []:
        tree = _joined(tree, join, clauses)
    return tree


def _relation(node: exp.Expr, clauses: Clauses) -> Relation:
    if isinstance(node, exp.Table):
        relation = bind_table(node, clauses.scope, clauses.ledger)
    elif isinstance(inner := node.this if isinstance(node, exp.Lateral) else node, exp.Query):
        relation = clauses.ledger.bind(inner, clauses.scope)
    else:
        clauses.ledger.bind_all(node, clauses.scope)
        return UNKNOWN
    if any(node.args.get(name) for name in ("pivots", "sample", "when", "version")):
        clauses.ledger.demand(relation)
        return UNKNOWN
    return relation.renamed(column_names(node))


def _source(node: exp.Expr, relation: Relation, clauses: Clauses) -> Tree:
    frame, name = clauses.frame, node.alias_or_name.lower()
    if name in frame.sources:  # told apart by their schemas: neither is certain any more
        _forget(name, clauses)
        frame.schemas.pop(name, None)
    elif isinstance(node, exp.Table) and not node.alias:
        is_cte = not node.db and name in clauses.scope.ctes
        default = clauses.ledger.catalogs.default.schema
        frame.schemas[name] = "" if is_cte else node.db.lower() or default
    if not name or name in frame.sources:
        name = f"from {len(frame.sources)}"
    frame.sources[name] = relation
    alone = node.copy()
    alone.set("joins", None)
    if rows := standing(alone, clauses.scope.ctes):
        frame.rows[name] = written(rows)
    offered = (
        Bound(Variable(frame.query, name, track), spans) for track, spans in relation.offers.items()
    )
    passed = (
        Passes(Variable(frame.query, name, track), filter_)
        for track, filter_ in relation.passes.items()
    )
    return Leaf(name, (*offered, *passed))


def _forget(source: str, clauses: Clauses) -> None:
    clauses.ledger.demand(clauses.frame.sources[source])
    clauses.frame.sources[source] = UNKNOWN


def bind_table(node: exp.Table, scope: Scope, ledger: Ledger) -> Relation:
    """A name in FROM: a CTE, a table of the catalogue, or something without an interval."""
    ledger.tables.add(id(node))
    if not isinstance(node.this, exp.Identifier):
        ledger.bind_all(node.this, scope)
        return UNKNOWN
    name = node.name.lower()
    if not node.db and name in scope.ctes:
        return scope.ctes[name]
    through, position = scope.through, node.this.meta.get("start")
    if view := ledger.catalogs.view(name, node.db or None):
        around = through or Through(view, node.alias_or_name, position)
        return _bind_view(view, around, ledger)
    found = ledger.catalogs.find(name, node.db or None)
    if found is None:
        ledger.others[f"{node.db}.{node.name}" if node.db else node.name] = None
        return UNKNOWN
    (catalog, table), number = found, ledger.number()
    alias = node.alias_or_name
    if through:
        position = through.position
    ledger.nodes.append(TableNode(number, table, alias, position, catalog.schema, through))
    return of_table(table, number, catalog.schema)


def _bind_view(view: View, through: Through, ledger: Ledger) -> Relation:
    """A declared view, as a subquery of its own: each reference has tables of its own below."""
    tree = _tree_of(view.query).copy()
    ledger.views.append(tree)
    return ledger.bind(tree, Scope(through=through))


@lru_cache(maxsize=256)
def _tree_of(query: str) -> exp.Expr:
    return parsed(query)


def _joined(left: Tree, join: exp.Join, clauses: Clauses) -> Tree:
    frame, kind = clauses.frame, _kind(join)
    right = _item(join.this, clauses)
    frame.keeps_right |= kind in (Kind.RIGHT, Kind.FULL, Kind.UNRELATED)
    facts = _merged(join, left, right, clauses)
    if (on := join.args.get("on")) is not None:
        facts += clauses.facts(on)
    if join.kind.upper() in ("SEMI", "ANTI"):
        frame.hidden |= sources(right)
    return Join(kind, left, right, facts)


def _kind(join: exp.Join) -> Kind:
    match join.method.upper(), join.kind.upper(), join.side.upper():
        case (("" | "NATURAL"), "SEMI", _):
            return Kind.INNER
        case (("" | "NATURAL"), "ANTI", _):
            return Kind.ANTI
        case (("" | "NATURAL"), ("" | "INNER" | "CROSS" | "OUTER"), side):
            return Kind(side.lower() or "inner")
        case "ASOF", _, ("" | "LEFT" | "INNER"):
            return Kind.NEAREST
    return Kind.UNRELATED


def _merged(join: exp.Join, left: Tree, right: Tree, clauses: Clauses) -> Facts:
    """The equalities of USING and NATURAL; their columns become one for unqualified names."""
    frame = clauses.frame
    found: Facts = ()
    for name in _shared(join, left, right, clauses):
        owners = [frame.owner(name, sources(side)) for side in (left, right)]
        shown = [frame.shown(owner, name) if owner else None for owner in owners]
        found += same(shown[0], shown[1])
        merged = frame.merged.setdefault(name, set())
        merged.update(s for s in sources(left) | sources(right) if frame.sources[s].output(name))
    return found


def _shared(join: exp.Join, left: Tree, right: Tree, clauses: Clauses) -> list[str]:
    if join.method.upper() != "NATURAL":
        return [column.name.lower() for column in join.args.get("using") or []]
    both = sources(left) | sources(right)
    if any(clauses.frame.sources[source].is_open for source in both):
        for source in both:  # which columns are made one is not known
            _forget(source, clauses)
    known = [
        {
            output.name
            for source in sources(side)
            for output in clauses.frame.sources[source].outputs
        }
        for side in (left, right)
    ]
    return sorted(known[0] & known[1])
