"""What follows from facts: the spans that each variable lies in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from trunkline.planner.facts import Bound, Equal, Fact, Variable, classes
from trunkline.planner.lives import of_lives
from trunkline.planner.relations import Alike
from trunkline.planner.spans import EVERYTHING, Spans


def solve(facts: Iterable[Fact]) -> Mapping[Variable, Spans]:
    """The spans each variable lies in, where all the facts hold.

    Again and again: what readings show bounds the instants that they are of, what is equal bounds
    other times of the same lives, and those bound what they equal.
    """
    facts = tuple(facts)
    known = _solved(facts)
    if read := tuple(_of_readings(known)):
        facts = (*facts, *read)
        known = _solved(facts)
    return _solved((*facts, *of_lives(known.items())))


def _of_readings(known: Mapping[Variable, Spans]) -> Iterator[Fact]:
    for variable, spans in known.items():
        if isinstance(variable.track, Alike):
            yield Bound(variable._replace(track=variable.track.track), spans)


def _solved(facts: Iterable[Fact]) -> Mapping[Variable, Spans]:
    known: dict[Variable, Spans] = {}
    equalities: list[Equal] = []
    for fact in facts:
        if isinstance(fact, Equal):
            equalities.append(fact)
        elif isinstance(fact, Bound):
            known[fact.variable] = known.get(fact.variable, EVERYTHING) & fact.spans
    for members in classes(equalities):
        common = EVERYTHING
        for member in members:
            common &= known.get(member, EVERYTHING)
        known.update(dict.fromkeys(members, common))
    return known
