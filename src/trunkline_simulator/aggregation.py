"""Events into the vendor's answer: groups, intervals, and the statistics of each metric.

A metric without an event in an interval is not there; an interval without metrics is not there;
a group without intervals is not there. A dimension without a value is left out of its group, and
a list of values puts an event into a group for each of them, unless it is to be flattened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

from trunkline_simulator.api.filters import fits
from trunkline_simulator.buckets import Buckets
from trunkline_simulator.events import Dimensions, Event
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.service_level import SOURCES, service_level
from trunkline_simulator.settings import ServiceLevel

Group = tuple[str | None, ...]
# What the details have under no name of its own: the wait of all that was offered, however it
# ended (reconciliation of a real answer: its count is nOffered, its sum the sum of the three).
WAITS = ("tAnswered", "tAbandon", "tFlowOut")
_DERIVED = {
    "tWait": WAITS,
    "oServiceLevel": SOURCES,
    "oServiceTarget": SOURCES,
}


@dataclass(frozen=True, slots=True)
class View:
    """A timer seen through a range of its values: at least, and less than."""

    name: str
    target: str
    least: float
    below: float


@dataclass(frozen=True, slots=True)
class Question:
    """A query that was found to be in order."""

    buckets: Buckets
    metrics: frozenset[str]
    group_by: tuple[str, ...] = ()
    filter: Json | None = None
    views: tuple[View, ...] = ()
    flatten: bool = False

    @property
    def sources(self) -> frozenset[str]:
        """The metrics of the details that the answer is made of."""
        asked = self.metrics | {view.target for view in self.views}
        return frozenset(one for name in asked for one in _DERIVED.get(name, (name,)))


class Statistic:
    """Count, sum, least and greatest of the values of a metric."""

    __slots__ = ("count", "greatest", "least", "total")

    def __init__(self) -> None:
        self.count = 0
        self.total: float = 0
        self.least: float = 0
        self.greatest: float = 0

    def add(self, value: float) -> None:
        """Count one value."""
        self.least = min(self.least, value) if self.count else value
        self.greatest = max(self.greatest, value) if self.count else value
        self.count += 1
        self.total += value

    def shown(self, metric: str) -> Json:
        """As the vendor says it: an n metric has a count alone, all else is in decimals."""
        if metric.startswith("n"):
            return {"count": _whole(self.total)}
        return {
            "max": float(self.greatest),
            "min": float(self.least),
            "count": self.count,
            "sum": float(self.total),
        }


def _whole(value: float) -> int | float:
    return int(value) if value == int(value) else value


class Cell:
    """One group in one interval."""

    __slots__ = ("metrics", "targets", "views")

    def __init__(self) -> None:
        self.metrics: dict[str, Statistic] = {}
        self.views: dict[str, Statistic] = {}
        self.targets: set[float | None] = set()


Cells = dict[Group, dict[int, Cell]]
Target = Callable[[Dimensions], float | None]


def collect(question: Question, events: Iterable[Event], target: Target) -> Cells:
    """Every event that the question is about, in its groups and its interval."""
    cells: Cells = {}
    sources, buckets = question.sources, question.buckets
    grouped: dict[Dimensions, list[Group]] = {}
    for event in events:
        if event.metric not in sources or not buckets.start <= event.at < buckets.end:
            continue
        if event.facts not in grouped:
            grouped[event.facts] = list(_groups(question, event.facts))
        for group in grouped[event.facts]:
            cell = cells.setdefault(group, {}).setdefault(buckets.place(event.at), Cell())
            _count(question, cell, event, target)
    return cells


def _groups(question: Question, facts: Dimensions) -> Iterator[Group]:
    """The groups of what has these dimensions; none where it does not pass the filter."""
    if question.filter and not fits(question.filter, lambda p: list(facts.values(p["dimension"]))):
        return
    choices: list[tuple[str | None, ...]] = []
    for dimension in question.group_by:
        found = facts.values(dimension)
        if question.flatten and len(found) > 1:
            found = (",".join(found),)
        choices.append(found or (None,))
    yield from product(*choices)


def _count(question: Question, cell: Cell, event: Event, target: Target) -> None:
    cell.metrics.setdefault(event.metric, Statistic()).add(event.value)
    if event.metric in WAITS and "tWait" in question.metrics:
        cell.metrics.setdefault("tWait", Statistic()).add(event.value)
    if event.metric in SOURCES:
        cell.targets.add(target(event.facts))
    for view in question.views:
        of_it = event.metric == view.target or (view.target == "tWait" and event.metric in WAITS)
        if of_it and view.least <= event.value < view.below:
            cell.views.setdefault(view.name, Statistic()).add(event.value)


def shown(question: Question, cells: Cells, options: ServiceLevel) -> list[Json]:
    """SDK 269 ConversationAggregateDataContainer: groups in order, their intervals in order."""
    found: list[Json] = []
    for group in sorted(cells, key=lambda one: [value or "" for value in one]):
        data = [
            {"interval": question.buckets.intervals[place], **said}
            for place, cell in sorted(cells[group].items())
            if (said := _said(question, cell, options))
        ]
        if data:
            named = zip(question.group_by, group, strict=True)
            found.append({"group": {name: one for name, one in named if one}, "data": data})
    return found


def _said(question: Question, cell: Cell, options: ServiceLevel) -> dict[str, Any]:
    metrics = [
        {"metric": name, "stats": cell.metrics[name].shown(name)}
        for name in sorted(question.metrics & cell.metrics.keys())
    ]
    metrics += _levels(question, cell, options)
    views = [
        {"name": view.name, "stats": cell.views[view.name].shown(view.target)}
        for view in question.views
        if view.name in cell.views
    ]
    if not metrics and not views:
        return {}
    return {"metrics": metrics, **({"views": views} if views else {})}


def _levels(question: Question, cell: Cell, options: ServiceLevel) -> list[Json]:
    """What is said of the service level; its target only where all in the cell have the same."""
    if not cell.targets:
        return []
    target = next(iter(cell.targets)) if len(cell.targets) == 1 else None
    counts = {
        name: one.total if name[0] == "n" else one.count for name, one in cell.metrics.items()
    }
    made = []
    if "oServiceLevel" in question.metrics:
        made.append({"metric": "oServiceLevel", "stats": service_level(options, counts, target)})
    if "oServiceTarget" in question.metrics and target is not None:
        made.append({"metric": "oServiceTarget", "stats": {"target": target}})
    return made
