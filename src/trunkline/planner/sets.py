"""UNION, INTERSECT and EXCEPT: a column is seen through where all branches show the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sqlglot import exp

from trunkline.planner.facts import Track
from trunkline.planner.filters.conditions import ANY, Filter, either
from trunkline.planner.ledger import Ledger, Scope
from trunkline.planner.lives import last_of
from trunkline.planner.nodes import SetNode
from trunkline.planner.relations import Lineage, Output, Relation, Value
from trunkline.planner.spans import Spans

_HARMLESS = frozenset({"this", "expression", "distinct", "by_name", "with_", "order"})


def bind_set(node: exp.SetOperation, scope: Scope, ledger: Ledger) -> Relation:
    """A set operation as a relation whose tracks are pairs of those of its branches."""
    left, right = (ledger.bind(branch, scope) for branch in (node.this, node.expression))
    for name, clause in node.args.items():
        if name not in ("this", "expression", "with_") and isinstance(clause, exp.Expr):
            ledger.bind_all(clause, scope)
    number = ledger.number()
    is_union = isinstance(node, exp.Union)
    ledger.nodes.append(SetNode(number, left, right, is_union))
    outputs = tuple(_paired(node, left, right))
    offers = {
        track: _offer(node, left, right, track)
        for output in outputs
        if output.lineage
        for track in (output.lineage.track, last_of(output.lineage.track))
        if track is not None
    }
    is_open = left.is_open or right.is_open
    passes = _passes(outputs, left, right) if is_union else {}
    relation = Relation(outputs, is_open, number, offers, passes=passes)
    is_plain = _HARMLESS.issuperset(name for name, given in node.args.items() if given)
    return relation if is_plain else relation.fixed()


def _paired(node: exp.SetOperation, left: Relation, right: Relation) -> Iterator[Output]:
    if node.args.get("by_name"):
        for output in left.outputs:
            other = right.output(output.name)
            yield _pair(node, output, other) if other else Output(output.name)
    else:
        for output, other in zip(left.outputs, right.outputs, strict=False):
            yield _pair(node, output, other)


def _pair(node: exp.SetOperation, left: Output, right: Output) -> Output:
    value = _same_value(left, right) if isinstance(node, exp.Union) else None
    return Output(left.name, _both(left, right), value)


def _same_value(left: Output, right: Output) -> Value | None:
    """What the rows of a union show, whichever side they are of."""
    mine, theirs = left.value, right.value
    if not mine or not theirs or replace(mine, track=0) != replace(theirs, track=0):
        return None
    return replace(mine, track=(mine.track, theirs.track))


def _passes(outputs: tuple[Output, ...], left: Relation, right: Relation) -> dict[Track, Filter]:
    """What the records of each pair of tracks pass: what those of either do."""
    shown = (one for output in outputs for one in (output.lineage, output.value) if one)
    pairs = {one.track for one in shown if isinstance(one.track, tuple)}
    found = {pair: either((left.passing(pair[0]), right.passing(pair[1]))) for pair in pairs}
    return {pair: filter_ for pair, filter_ in found.items() if filter_ != ANY}


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
