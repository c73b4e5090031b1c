"""The evaluations of conversations as events, so that they can be aggregated as metrics are.

Each counts when it occurred: as one evaluation, as one rescored or deleted where it is, and with
its scores.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from trunkline_simulator.events import Event, text_of
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.payloads.plan import DAY, LONGEST_DAYS, plan
from trunkline_simulator.selection import Lake, shown, visible
from trunkline_simulator.view import instant, milliseconds

# An evaluation comes within days of the end of its conversation.
_LATER_DAYS = 12
_DIMENSIONS = (
    "assigneeApplicable",
    "assigneeId",
    "calibrationId",
    "contextId",
    "evaluationId",
    "evaluatorId",
    "formId",
    "queueId",
    "released",
    "rescored",
    "userId",
)


class Judgement(NamedTuple):
    """The dimensions of an evaluation."""

    found: tuple[tuple[str, tuple[str, ...]], ...]

    def values(self, dimension: str) -> tuple[str, ...]:
        """The values of a dimension."""
        return dict(self.found).get(dimension, ())


def evaluated(lake: Lake, start: int, end: int) -> Iterator[Event]:
    """What was judged in the conversations that may have evaluations of that time."""
    at = milliseconds(lake.at)
    first, last = start // DAY - LONGEST_DAYS - _LATER_DAYS, min(end, at) // DAY
    for number in range(first, last + 1):
        for planned in plan(lake.shape, number):
            near = planned.long or number >= start // DAY - _LATER_DAYS
            if near and planned.start < at and visible(lake, planned):
                yield from _events(shown(lake, planned), at)


def _events(made: Json, at: int) -> Iterator[Event]:
    for one in made.get("evaluations") or ():
        if (moment := instant(one["eventTime"])) > at:
            continue
        facts = Judgement(_facts(made, one))
        counted = [("nEvaluations", True), ("nEvaluationsRescored", one["rescored"])]
        for metric, there in [*counted, ("nEvaluationsDeleted", one["deleted"])]:
            if there:
                yield Event(moment, metric, 1, facts)
        for metric in ("oTotalScore", "oTotalCriticalScore"):
            if metric in one:
                yield Event(moment, metric, one[metric], facts)


def _facts(made: Json, one: Json) -> tuple[tuple[str, tuple[str, ...]], ...]:
    own = [(name, (text_of(one[name]),)) for name in _DIMENSIONS if one.get(name) is not None]
    whole = [("conversationId", (made["conversationId"],)), ("divisionId", (*made["divisionIds"],))]
    return (*own, *whole)
