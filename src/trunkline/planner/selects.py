"""Binding of one SELECT: FROM to a tree of joins, predicates to facts, projections to columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sqlglot import exp

from trunkline.planner.facts import Bound, Facts, Passes, Track, Variable
from trunkline.planner.filters.conditions import Filter
from trunkline.planner.filters.passing import passing
from trunkline.planner.frames import Frame
from trunkline.planner.joins import holding
from trunkline.planner.ledger import Ledger, Scope
from trunkline.planner.lives import last_of
from trunkline.planner.nodes import SelectNode
from trunkline.planner.outputs import outputs, renames, undivided
from trunkline.planner.relations import Fixed, Output, Relation
from trunkline.planner.solving import solve
from trunkline.planner.sources import bind_from
from trunkline.planner.spans import Spans
from trunkline.planner.where import Clauses


def bind_select(select: exp.Select, scope: Scope, ledger: Ledger) -> Relation:
    """One SELECT as a relation; its node is entered after those of everything inside it."""
    frame = Frame(ledger.number(), scope.frame)
    ledger.selects.append((select, frame))
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
        SelectNode(
            frame.query,
            tree,
            where,
            dict(frame.sources),
            dict(clauses.members),
            undivided(select, frame),
        )
    )
    true = where + (holding(tree) if tree else ())
    implied = _implied(true, frame) if _is_empty_without_rows(select) else ()
    offers, passes = _offers(columns, true), _passes(columns, true)
    return Relation(columns, is_open, frame.query, offers, implied, passes)


def _offers(columns: tuple[Output, ...], true: Facts) -> dict[Track, Spans]:
    known = solve(true)
    shown = {column.lineage.track for column in columns if column.lineage}
    tracks = shown | {last for track in shown if (last := last_of(track)) is not None}
    return {t: known[v] for t, v in _variables(tracks).items() if v in known}


def _passes(columns: tuple[Output, ...], true: Facts) -> dict[Track, Filter]:
    known = passing(true)
    tracks = {one.track for c in columns for one in (c.lineage, c.value) if one}
    return {t: known[v] for t, v in _variables(tracks).items() if v in known}


def _variables(tracks: Iterable[Track]) -> dict[Track, Variable]:
    """The variable behind each track of which there is one."""
    bare = {track: track.track if isinstance(track, Fixed) else track for track in tracks}
    return {track: one for track, one in bare.items() if isinstance(one, Variable)}


def _implied(true: Facts, frame: Frame) -> Facts:
    """What is true of the variables of the queries around where this one has any row."""
    return (
        *(Bound(v, spans) for v, spans in solve(true).items() if v.query != frame.query),
        *(Passes(v, filter_) for v, filter_ in passing(true).items() if v.query != frame.query),
    )


def _is_empty_without_rows(select: exp.Select) -> bool:
    """Whether no row out of FROM and WHERE means no row at all; ``SELECT count(*)`` has one."""
    plain = (exp.Column, exp.Star, exp.Literal)
    return bool(select.args.get("group")) or all(
        isinstance(projection.unalias(), plain) for projection in select.expressions
    )
