"""The records of each table that can matter to the result, from the outside in.

As ``planner.demands`` does it for instants, with two differences. Rows of one instant may be of two
records: what a query around wants of some records alone goes no further than a grouping, a window
or a limit that does not keep every record's rows together, and it does not pass by equal instants.
And no filter goes into INTERSECT or EXCEPT, whose rows need not be of one record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trunkline.planner.facts import Facts, Passes, Track, Variable, variables
from trunkline.planner.filters.conditions import ANY, Filter, both, either
from trunkline.planner.filters.passing import passing
from trunkline.planner.joins import demands, holding
from trunkline.planner.nodes import Query, SelectNode, SetNode
from trunkline.planner.relations import Fixed, Relation

Demand = Mapping[Track, Filter]
Demanded = tuple[Relation, Demand]


def filters_needed(query: Query) -> Mapping[int, Filter]:
    """By node, a filter that every record passes of which a row can matter.

    Only tables that are needed have an entry.
    """
    demanded: dict[int, list[Demand]] = {number: [{}] for number in query.roots}
    settled: dict[Variable, Filter] = {}
    found: dict[int, Filter] = {}
    for node in reversed(query.nodes):
        if node.number not in demanded:
            continue
        demand = _union(demanded[node.number])
        below: Iterator[Demanded] = iter(())
        match node:
            case SelectNode():
                below = _of_select(node, demand, settled)
            case SetNode():
                below = _of_set(node, demand)
            case _:
                found[node.number] = demand.get(0, ANY)
        for relation, passed in below:
            if relation.number is not None:
                demanded.setdefault(relation.number, []).append(passed)
    return found


def _union(demands_: list[Demand]) -> Demand:
    """What any of the references needs."""
    tracks = set(demands_[0]).intersection(*demands_)
    return {track: either(demand[track] for demand in demands_) for track in tracks}


def _of_set(node: SetNode, demand: Demand) -> Iterator[Demanded]:
    for side, relation in enumerate((node.left, node.right)):
        below: dict[Track, Filter] = {}
        for pair, filter_ in demand.items() if node.is_union else ():
            if isinstance(pair, tuple) and not isinstance(pair[side], Fixed):
                below[pair[side]] = both(below.get(pair[side], ANY), filter_)
        yield relation, below


def _of_select(
    node: SelectNode, demand: Demand, settled: dict[Variable, Filter]
) -> Iterator[Demanded]:
    above = node.where + tuple(
        Passes(track, filter_)
        for track, filter_ in demand.items()
        if isinstance(track, Variable) and track in node.undivided
    )
    true = above + (holding(node.tree) if node.tree else ())
    for source, facts in demands(node.tree, above) if node.tree else ():
        known = _solved(facts, node, settled)
        mine = {v: filter_ for v, filter_ in known.items() if v[:2] == (node.number, source)}
        settled.update(mine)
        yield node.sources[source], _tracks(mine)
    known = _solved(true, node, settled)
    for name, relation in node.members.items():
        yield relation, _tracks({v: f for v, f in known.items() if v[:2] == (node.number, name)})


def _tracks(known: Mapping[Variable, Filter]) -> Demand:
    return {variable.track: filter_ for variable, filter_ in known.items()}


def _solved(
    facts: Facts, node: SelectNode, settled: Mapping[Variable, Filter]
) -> Mapping[Variable, Filter]:
    """The facts together with what is known of the queries around, which were visited before."""
    around = {v for v in variables(facts) if v.query != node.number}
    return passing(facts + tuple(Passes(v, settled[v]) for v in around if v in settled))
