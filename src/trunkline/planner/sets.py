"""UNION, INTERSECT and EXCEPT: a column is seen through where all branches show the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlglot import exp

from trunkline.planner.facts import Track
from trunkline.planner.ledger import Ledger, Scope
from trunkline.planner.lives import last_of
from trunkline.planner.nodes import SetNode
from trunkline.planner.relations import Lineage, Output, Relation
from trunkline.planner.spans import Spans

_HARMLESS = frozenset({"this", "expression", "distinct", "by_name", "with_", "order"})


def bind_set(node: exp.SetOperation, scope: Scope, ledger: Ledger) -> Relation:
    """A set operation as a relation whose tracks are pairs of those of its branches."""
    left, right = (ledger.bind(branch, scope) for branch in (node.this, node.expression))
    for name, clause in node.args.items():
        if name not in ("this", "expression", "with_") and isinstance(clause, exp.Expr):
            ledger.bind_all(clause, scope)
    number = ledger.number()
    ledger.nodes.append(SetNode(number, left, right))
    outputs = tuple(_paired(node, left, right))
    offers = {
        track: _offer(node, left, right, track)
        for output in outputs
        if output.lineage
        for track in (output.lineage.track, last_of(output.lineage.track))
        if track is not None
    }
    is_open = left.is_open or right.is_open
    relation = Relation(outputs, is_open, number, offers)
    is_plain = _HARMLESS.issuperset(name for name, given in node.args.items() if given)
    return relation if is_plain else relation.fixed()


def _paired(node: exp.SetOperation, left: Relation, right: Relation) -> Iterator[Output]:
    if node.args.get("by_name"):
        for output in left.outputs:
            other = right.output(output.name)
            yield Output(output.name, _both(output, other) if other else None)
    else:
        for output, other in zip(left.outputs, right.outputs, strict=False):
            yield Output(output.name, _both(output, other))


def _both(left: Output, right: Output) -> Lineage | None:
    if not left.lineage or not right.lineage or left.lineage.reading != right.lineage.reading:
        return None
    if left.lineage.reading is None and left.lineage.dataset != right.lineage.dataset:
        return None
    return replace(left.lineage, track=(left.lineage.track, right.lineage.track))


def _offer(node: exp.SetOperation, left: Relation, right: Relation, track: Track) -> Spans:
    mine, theirs = (
        branch.offer(part)
        for branch, part in zip(
            (left, right), track if isinstance(track, tuple) else (), strict=True
        )
    )
    match node:
        case exp.Union():
            return mine | theirs
        case exp.Intersect():
            return mine & theirs
    return mine
