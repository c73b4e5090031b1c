"""Whether what a text asks of single emissions is exactly what the provider adds up of them.

Every rule has a file of its own here; each says no by ``Unfit``, with the reason that EXPLAIN
shows. What none of them understands is not fit.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlglot import exp

from trunkline.emissions import Dimension, Emissions
from trunkline.flatten.policy import Policy
from trunkline.flatten.treatment import Treatment
from trunkline.planner.aggregates.adding import holder, is_aggregate, wanted
from trunkline.planner.aggregates.aggregated import Aggregated, questions
from trunkline.planner.aggregates.grains import grid
from trunkline.planner.aggregates.joining import Joined, joined
from trunkline.planner.aggregates.moments import Looks, looked_at
from trunkline.planner.aggregates.names import allowed, both, require_told
from trunkline.planner.aggregates.scene import Scene, Unfit, require_apart, scene_of
from trunkline.planner.clocks import Constant
from trunkline.planner.demands import matters
from trunkline.planner.nodes import Query, TableNode


@dataclass(slots=True)
class _Read:
    """What the SELECT reads of the emissions, reference by reference."""

    looks: Looks = field(default_factory=Looks)
    dimensions: dict[Dimension, None] = field(default_factory=dict)


def reads_emissions(query: Query, declared: Emissions) -> bool:
    """Whether the text itself names the table of emissions."""
    tables = (node for node in query.nodes if isinstance(node, TableNode) and not node.through)
    return any(_is_of(node, declared) for node in tables)


def _is_of(node: TableNode, declared: Emissions) -> bool:
    of = node.table
    return (of.dataset.name, of.name) == (declared.dataset, declared.table)


def aggregated(
    query: Query, declared: Emissions, constant: Constant, zone: str, policy: Policy
) -> Aggregated:
    """What is to be asked; Unfit where that is not surely the same.

    ``constant`` evaluates constants in the session's ``zone``.
    """
    scene = scene_of(query, declared)
    require_apart(scene, query)
    links = joined(scene)
    metrics = require_told(_names(scene), declared)
    read = _read(scene, links, constant)
    added = wanted(scene, metrics)
    _require_kept(scene, read, policy)
    output = scene.frame.sources[_source(scene)].output(declared.moment)
    if output is None or output.lineage is None:
        raise Unfit(f"{declared.moment} cannot be bounded")
    spans = matters(query, scene.node, output.lineage.track)
    interval, grain = grid(spans, read.looks, zone, declared.moment)
    group_by = tuple(d for d in declared.dimensions if d in read.dimensions)
    return Aggregated(
        declared,
        questions(interval, grain, tuple(sorted(metrics)), group_by),
        tuple(node.table.name for node in scene.nodes.values()),
        added.counted,
        added.extremes,
    )


def _source(scene: Scene) -> str:
    return next(name for name, node in scene.nodes.items() if node is scene.node)


def _names(scene: Scene) -> frozenset[str] | None:
    """The metrics that WHERE and the inner joins let through."""
    predicates = [join.args.get("on") for join in scene.joins if not join.side]
    if where := scene.select.args.get("where"):
        predicates.append(where.this)

    def is_name(column: exp.Column) -> bool:
        return scene.is_of(column, scene.declared.name)

    return both(allowed(predicate, is_name) for predicate in predicates)


def _read(scene: Scene, links: Joined, constant: Constant) -> _Read:
    found, declared = _Read(dimensions=dict.fromkeys(links.dimensions)), scene.declared
    for column in _columns(scene):
        if id(column) in links.keys:
            continue
        around = holder(column, scene.select)
        named = scene.column(column)
        if named is None or named[0] is None or _is_output(scene, column, around):
            continue
        if named[0] != declared.table:
            found.dimensions[scene.dimension(named[0], named[1])] = None
        elif named[1] == declared.moment:
            looked_at(column, found.looks, constant)
        elif named[1] == declared.value and around is None:
            raise Unfit(f"{named[1]} is read as it is")
        elif named[1] not in (declared.name, declared.value):
            raise Unfit(f"{named[1]} is read")
    return found


def _columns(scene: Scene) -> Iterator[exp.Column]:
    for node in scene.own():
        if isinstance(node, exp.Columns) or (
            isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count)
        ):
            raise Unfit("* is read")
        if isinstance(node, exp.Column):
            yield node


def _is_output(scene: Scene, column: exp.Column, around: exp.Expr | None) -> bool:
    """Whether a name stands for a projection rather than for a column that is called the same.

    Outside of an aggregate a column that is no key cannot stand there, and keys are looked at
    where they are; inside of one both may be meant.
    """
    alias = scene.frame.aliases.get(column.name.lower())
    if column.table or alias is None or alias.unnest() == column:
        return False
    if around is not None:
        if _same(scene, alias, column):
            return False
        raise Unfit(f"{column.name} is the name of a column and of a projection")
    clause: exp.Expr | None = column
    while clause is not None and clause.parent is not scene.select:
        clause = clause.parent
    return isinstance(clause, exp.Order | exp.Having | exp.Qualify)


def _same(scene: Scene, alias: exp.Expr, column: exp.Column) -> bool:
    """Whether a projection shows the column itself, or is no value that an aggregate can be of."""
    bare = alias.unnest()
    if isinstance(bare, exp.Column):
        return scene.column(bare) == scene.column(column)
    return any(is_aggregate(part) for part in alias.walk())


def _require_kept(scene: Scene, read: _Read, policy: Policy) -> None:
    """Unfit where a masked column would hold something else than the provider tells."""
    tables = {node.table.name: node.table for node in scene.nodes.values()}
    emissions = tables[scene.declared.table]
    pairs = [(tables[d.table], d.column) for d in read.dimensions]
    pairs += [(emissions, c) for c in (scene.declared.name, scene.declared.value)]
    for table, column in pairs:
        if policy.treatment(table, table.column(column)) is not Treatment.KEEP:
            raise Unfit(f"{column} is masked")
