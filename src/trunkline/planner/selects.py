"""Binding of one SELECT: FROM to a tree of joins, predicates to facts, projections to columns."""

from __future__ import annotations

from dataclasses import replace

from sqlglot import exp

from trunkline.planner.facts import Bound, Facts, Track, Variable
from trunkline.planner.frames import Frame
from trunkline.planner.joins import holding
from trunkline.planner.ledger import Ledger, Scope
from trunkline.planner.lives import last_of
from trunkline.planner.nodes import SelectNode
from trunkline.planner.outputs import outputs, renames
from trunkline.planner.relations import Fixed, Output, Relation
from trunkline.planner.solving import solve
from trunkline.planner.sources import bind_from
from trunkline.planner.spans import Spans
from trunkline.planner.where import Clauses


def bind_select(select: exp.Select, scope: Scope, ledger: Ledger) -> Relation:
    """One SELECT as a relation; its node is entered after those of everything inside it."""
    frame = Frame(ledger.number(), scope.frame)
    clauses = Clauses(frame, replace(scope, frame=frame), ledger)
    tree = bind_from(select, clauses)
    frame.aliases = {
        p.alias.lower(): p.this for p in select.expressions if isinstance(p, exp.Alias)
    }
    frame.has_unlisted = any(renames(part, frame) for part in select.expressions)
    where: Facts = ()
    if clause := select.args.get("where"):
        where += clauses.facts(clause.this)
    if clause := select.args.get("having"):
        where += clauses.of(frame.aliases_first()).facts(clause.this)
    for name, clause in select.args.items():
        if name not in ("from_", "joins", "with_"):
            for part in clause if isinstance(clause, list) else [clause]:
                if isinstance(part, exp.Expr):
                    ledger.bind_all(part, clauses.scope)
    columns, is_open = outputs(select, frame)
    ledger.nodes.append(
        SelectNode(frame.query, tree, where, dict(frame.sources), dict(clauses.members))
    )
    true = where + (holding(tree) if tree else ())
    implied = _implied(true, frame) if _is_empty_without_rows(select) else ()
    return Relation(columns, is_open, frame.query, _offers(columns, true), implied)


def _offers(columns: tuple[Output, ...], true: Facts) -> dict[Track, Spans]:
    known = solve(true)
    shown = {column.lineage.track for column in columns if column.lineage}
    tracks = shown | {last for track in shown if (last := last_of(track)) is not None}
    variables = {track: track.track if isinstance(track, Fixed) else track for track in tracks}
    return {
        track: known[variable]
        for track, variable in variables.items()
        if isinstance(variable, Variable) and variable in known
    }


def _implied(true: Facts, frame: Frame) -> Facts:
    """What is true of the variables of the queries around where this one has any row."""
    return tuple(
        Bound(variable, spans)
        for variable, spans in solve(true).items()
        if variable.query != frame.query
    )


def _is_empty_without_rows(select: exp.Select) -> bool:
    """Whether no row out of FROM and WHERE means no row at all; ``SELECT count(*)`` has one."""
    plain = (exp.Column, exp.Star, exp.Literal)
    return bool(select.args.get("group")) or all(
        isinstance(projection.unalias(), plain) for projection in select.expressions
    )
