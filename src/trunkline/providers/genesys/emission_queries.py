"""The aggregates of conversations as they are asked for in place of single emissions. Pure.

Body: SDK 269, ConversationAggregationQuery; interval in UTC, so that ``timeZone`` is its default,
and no ``granularity`` where the interval is one stretch. Answer: ``aggregate_pages``. An answer is
taken whole or not at all: what is not as asked is MalformedAnswer, and the days are fetched.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any

import msgspec

from trunkline.emissions import Figure, Figures, Question
from trunkline.errors import MalformedAnswer
from trunkline.providers.genesys.aggregate_pages import reshaped

_WHAT = "an answer of aggregates"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
# Statistics that nothing is made of (SDK 269, StatisticalSummary).
_LEFT_OUT = (
    "calculatedMetricValue", "countNegative", "countPositive", "current", "denominator", "max",
    "min", "numerator", "p95", "p99", "ratio", "sum", "target",
)  # fmt: skip
_MOST = 2**53  # beyond, sums that are told in floating point are no longer whole


def body(question: Question) -> dict[str, Any]:
    """The body of a question."""
    asked: dict[str, Any] = {"interval": str(question.interval), "metrics": [*question.metrics]}
    if question.granularity:
        asked["granularity"] = question.granularity
    if question.group_by:
        asked["groupBy"] = [dimension.source for dimension in question.group_by]
    return asked


def read(answer: bytes, question: Question) -> Figures:
    """The figures of an answer; MalformedAnswer where it is not what was asked for."""
    strangers: Counter[str] = Counter()
    found = reshaped(answer, partial(_of_group, question=question, strangers=strangers))
    strangers.update(_named("", name) for name in found.strangers)
    rows = msgspec.json.decode(b"[%s]" % found.records)
    figures = tuple(_figure(row) for row in rows)
    places = {(figure.group, figure.start, figure.metric) for figure in figures}
    if len(places) < len(figures):
        raise MalformedAnswer(f"{_WHAT} tells the same twice")
    return Figures(figures, dict(sorted(strangers.items())))


def _figure(row: list[Any]) -> Figure:
    group, start, *rest = row
    return Figure(tuple(group), datetime.fromisoformat(start), *rest)


def _of_group(group: Any, question: Question, strangers: Counter[str]) -> Iterator[list[Any]]:
    """Each figure of a group as a list of what it is made of."""
    dimensions = _object(_object(group).get("group") or {})
    names = [dimension.source for dimension in question.group_by]
    values = [dimensions.get(name) for name in names]
    if not all(value is None or isinstance(value, str) for value in values):
        raise MalformedAnswer(f"{_WHAT} has a group that is not told by texts")
    _count(strangers, "", group, ("group", "data"))
    _count(strangers, "group.", dimensions, names)
    for stretch in _list(group.get("data")):
        start = _start(_object(stretch).get("interval"), question)
        _count(strangers, "data.", stretch, ("interval", "metrics", "views"))
        for metric in _list(stretch.get("metrics")):
            if (found := _measured(_object(metric), question, strangers)) is not None:
                yield [values, start, *found]


def _measured(
    metric: Mapping[str, Any], question: Question, strangers: Counter[str]
) -> list[Any] | None:
    """A metric with what it comes to; None for one that was not asked for."""
    name, stats = metric.get("metric"), _object(metric.get("stats") or {})
    if name not in question.metrics:
        strangers[_named("metric:", name)] += 1
        return None
    if metric.get("qualifier") is not None:
        raise MalformedAnswer(f"{_WHAT} parts {name} by a qualifier")
    _count(strangers, "metric.", metric, ("metric", "stats", "qualifier"))
    _count(strangers, "stats.", stats, ("count", *_LEFT_OUT))
    if name.startswith("n"):
        return [name, _whole(name, stats.get("count"))]
    count, total = _whole(name, stats.get("count")), _whole(name, stats.get("sum"))
    ends = [None if (one := stats.get(e)) is None else _whole(name, one) for e in ("min", "max")]
    least, greatest = 0 if ends[0] is None else ends[0], total if ends[1] is None else ends[1]
    if not count * least <= total <= count * greatest:
        raise MalformedAnswer(f"{_WHAT} has statistics of {name} that cannot be")
    return [name, total, count, *ends] if count else None


def _whole(name: str, value: Any) -> int:
    """A whole number that is told exactly."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MOST:
        raise MalformedAnswer(f"{_WHAT} has statistics of {name} that are no whole numbers")
    return value


def _start(interval: Any, question: Question) -> str:
    """The start of a stretch that was asked for, in UTC."""
    start = _started(interval) if isinstance(interval, str) else None
    within, grain = question.interval, question.grain
    is_asked = start is not None and (
        start == within.start
        if grain is None
        else within.start <= start < within.end and not (start - within.start) % grain
    )
    if start is None or not is_asked:
        raise MalformedAnswer(f"{_WHAT} has an interval that was not asked for")
    return start.astimezone(UTC).isoformat()


@lru_cache(maxsize=4096)
def _started(interval: str) -> datetime | None:
    try:
        start = datetime.fromisoformat(interval.partition("/")[0])
        return start if start.utcoffset() is not None else None
    except ValueError:
        return None


def _count(strangers: Counter[str], before: str, found: Mapping[str, Any], known: Any) -> None:
    strangers.update(_named(before, name) for name in found if name not in known)


def _named(before: str, name: Any) -> str:
    is_name = isinstance(name, str) and _NAME.fullmatch(name)
    return f"{before}{name}" if is_name else f"{before}(not a name)"


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise MalformedAnswer(f"{_WHAT} is not what is documented")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list | None):
        raise MalformedAnswer(f"{_WHAT} is not what is documented")
    return value or []
