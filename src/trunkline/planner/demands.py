"""The second pass, from the outside in: which instants of each table can matter to the result.

Every node is visited after all that refer to it, with the union of what they demand. A node that
nothing refers to, such as a CTE that is not used, is not needed at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trunkline.planner.facts import Bound, Facts, Track, Variable, variables
from trunkline.planner.joins import demands, holding
from trunkline.planner.lives import Needed
from trunkline.planner.nodes import Node, Query, SelectNode, SetNode, TableNode
from trunkline.planner.relations import LAST, START, Fixed, Relation
from trunkline.planner.solving import solve
from trunkline.planner.spans import EVERYTHING, NOTHING, Spans

Demand = Mapping[Track, Spans]
Demanded = tuple[Relation, Demand]


def needed(query: Query) -> list[tuple[TableNode, Needed]]:
    """Each table of the query, in the order of its text, with the records that are needed."""
    found = [(node, _of_table(demand)) for node, demand in _demanded(query)]
    return sorted(found, key=lambda pair: (pair[0].position or 0, pair[0].number))


def matters(query: Query, node: TableNode, track: Track) -> Spans:
    """The instants of a track of one table that can matter to the result."""
    demand = next(demand for found, demand in _demanded(query) if found.number == node.number)
    return NOTHING if demand is None else demand.get(track, EVERYTHING)


def _demanded(query: Query) -> Iterator[tuple[TableNode, Demand | None]]:
    """What is demanded of each table; None where nothing refers to it."""
    demanded: dict[int, list[Demand]] = {number: [{}] for number in query.roots}
    settled: dict[Variable, Spans] = {}
    for node in reversed(query.nodes):
        demand = _union(demanded.get(node.number, []))
        if isinstance(node, TableNode):
            yield node, demand
        elif demand is not None:
            for relation, below in _passed_on(node, demand, settled):
                if relation.number is not None:
                    demanded.setdefault(relation.number, []).append(below)


def _of_table(demand: Demand | None) -> Needed:
    if demand is None:
        return Needed(NOTHING, NOTHING)
    return Needed(demand.get(START, EVERYTHING), demand.get(LAST, EVERYTHING))


def _union(demands_: list[Demand]) -> Demand | None:
    """What any of the references needs; a track one of them does not bound is not bounded."""
    if not demands_:
        return None
    tracks = set(demands_[0]).intersection(*demands_)
    found: dict[Track, Spans] = {}
    for track in tracks:
        found[track] = NOTHING
        for demand in demands_:
            found[track] |= demand[track]
    return found


def _passed_on(node: Node, demand: Demand, settled: dict[Variable, Spans]) -> Iterator[Demanded]:
    match node:
        case SelectNode():
            yield from _of_select(node, demand, settled)
        case SetNode():
            yield from _of_set(node, demand)


def _of_set(node: SetNode, demand: Demand) -> Iterator[Demanded]:
    for side, relation in enumerate((node.left, node.right)):
        below: dict[Track, Spans] = {}
        for pair, spans in demand.items():
            if isinstance(pair, tuple) and not isinstance(pair[side], Fixed):
                below[pair[side]] = below.get(pair[side], EVERYTHING) & spans
        yield relation, below


def _of_select(
    node: SelectNode, demand: Demand, settled: dict[Variable, Spans]
) -> Iterator[Demanded]:
    above = node.where + tuple(
        Bound(track, spans) for track, spans in demand.items() if isinstance(track, Variable)
    )
    true = above + (holding(node.tree) if node.tree else ())
    for source, facts in demands(node.tree, above) if node.tree else ():
        known = _solved(facts, node, settled)
        mine = {v: spans for v, spans in known.items() if v[:2] == (node.number, source)}
        settled.update(mine)
        yield node.sources[source], _tracks(mine)
    known = _solved(true, node, settled)
    for name, relation in node.members.items():
        yield relation, _tracks({v: s for v, s in known.items() if v[:2] == (node.number, name)})


def _tracks(known: Mapping[Variable, Spans]) -> Demand:
    return {variable.track: spans for variable, spans in known.items()}


def _solved(
    facts: Facts, node: SelectNode, settled: Mapping[Variable, Spans]
) -> Mapping[Variable, Spans]:
    """The facts together with what is known of the queries around, which were visited before."""
    around = {v for v in variables(facts) if v.query != node.number}
    return solve(facts + tuple(Bound(v, settled[v]) for v in around if v in settled))
