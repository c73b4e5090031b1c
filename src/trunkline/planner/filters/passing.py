"""Which filter the record of each variable passes, where some facts hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from trunkline.planner.facts import Equal, Fact, Passes, Variable, classes
from trunkline.planner.filters.conditions import ANY, Filter, both


def passing(facts: Iterable[Fact]) -> Mapping[Variable, Filter]:
    """The filter of each variable of which one is known; equal keys are one record.

    That two instants are equal says nothing of their records.
    """
    facts = tuple(facts)
    known: dict[Variable, Filter] = {}
    for fact in facts:
        if isinstance(fact, Passes):
            known[fact.variable] = both(known.get(fact.variable, ANY), fact.filter)
    for members in classes(f for f in facts if isinstance(f, Equal) and f.is_record):
        common = both(*(known.get(member, ANY) for member in members))
        known.update(dict.fromkeys(members, common))
    return {variable: filter_ for variable, filter_ in known.items() if filter_ != ANY}
