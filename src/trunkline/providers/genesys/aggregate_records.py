"""What an aggregate answer says of one group, as records. Pure.

A metric's statistic is an attribute of its record, named after both; see ``attribute_of``. What is
not what is documented becomes a null record, which the flattener leaves out with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from functools import lru_cache
from typing import Any

from trunkline.interval import iso
from trunkline.providers.genesys.aggregate_metrics import SERVICE_LEVEL, SERVICE_TARGET

Record = dict[str, Any]

START, END, KEY = "intervalStart", "intervalEnd", "key"
METRIC, QUALIFIER, DURATION = "metric", "qualifier", "tDuration"
OBSERVED, LONGEST = "nObserved", "tLongest"
# The counts of a queue that the vendor tells as those of durations, or leaves to be subtracted.
ANSWERED, WITHIN, ABANDONED = "nAnswered", "nAnsweredWithinThreshold", "nAbandoned"
SHORT_ABANDONED, FLOW_OUTS = "nShortAbandoned", "nFlowOuts"
# The statistics of a service level; its counts have the n of whole numbers.
RATIO, TARGET = "oServiceLevel", "oServiceLevelTarget"
NUMERATOR, DENOMINATOR = "nServiceLevelNumerator", "nServiceLevelDenominator"

_COUNTED = {
    ANSWERED: "tAnswered_count",
    ABANDONED: "tAbandon_count",
    SHORT_ABANDONED: "tShortAbandon_count",
    FLOW_OUTS: "tFlowOut_count",
}
_LEVEL = {"ratio": RATIO, "numerator": NUMERATOR, "denominator": DENOMINATOR, "target": TARGET}
# Statistics that are not landed: a least, a greatest and a share of all have no sum.
_SIGNED = ("countNegative", "countPositive")
_LEFT_OUT = frozenset(("min", "max", *_SIGNED, "current", "p95", "p99", "calculatedMetricValue"))
# A count; of the longest wait its milliseconds, in a statistic that no document names.
_NOW = {"count": OBSERVED, QUALIFIER: QUALIFIER, "calculatedMetricValue": LONGEST}
_MOST_DIGITS = 30  # of a whole number that is written with an exponent
_SIX_PLACES = Decimal("0.000001")
_WIDE = Context(prec=40, rounding=ROUND_HALF_EVEN)


class Odd(Exception):
    """Something is not what is documented."""


def of_queue(group: Any) -> Iterator[Record | None]:
    """What happened in a queue and a media type: a record an interval."""
    return _records(group, lambda record, metrics: [_judged(_measured(record, metrics))], _QUEUE)


def of_conversations(group: Any) -> Iterator[Record | None]:
    """What happened in a queue, to a user, in a media type and direction: a record an interval."""
    return _records(group, lambda record, metrics: [_measured(record, metrics)], _CONVERSATIONS)


def of_evaluations(group: Any) -> Iterator[Record | None]:
    """What an evaluator judged of a user, in a queue, by a form: a record an interval."""
    return _records(group, lambda record, metrics: [_scored(record, metrics)], _EVALUATIONS)


def of_user(group: Any) -> Iterator[Record | None]:
    """How long a user was in a status: a record an interval, metric and qualifier."""
    return _records(group, lambda record, metrics: [_spent(record, m) for m in metrics], _USER)


def of_observed(group: Any, at: str) -> Iterator[Record | None]:
    """What is there of a queue or a user at an instant: a record a metric and qualifier."""
    try:
        shared = {**_shared(group), START: at}
        data = _list(group.get("data"))
    except Odd:
        yield None
        return
    for one in data:
        try:
            yield _keyed(_observed(shared, one), _OBSERVED)
        except Odd:
            yield None


_OBSERVED = ("queueId", "userId", "mediaType", METRIC, QUALIFIER)
_QUEUE = ("queueId", "mediaType", START)
_CONVERSATIONS = ("queueId", "userId", "mediaType", "direction", START)
_EVALUATIONS = ("evaluatorId", "userId", "queueId", "formId", START)
_USER = ("userId", START, METRIC, QUALIFIER)


def _records(
    group: Any, cut: Callable[[Record, list[Any]], list[Record]], key: tuple[str, ...]
) -> Iterator[Record | None]:
    try:
        shared, data = _shared(group), _list(group.get("data"))
    except Odd:
        yield None
        return
    for one in data:
        try:
            record = {**shared, **_timed(_object(one))}
            for made in cut(record, _list(one.get("metrics"))):
                yield _keyed(made, key)
        except Odd:
            yield None


def _shared(group: Any) -> Record:
    """What all records of a group have: its dimensions, and whatever stands beside them."""
    beside = {name: one for name, one in _object(group).items() if name not in ("group", "data")}
    return {**beside, **_object(group.get("group", {}))}


def _timed(one: Record) -> Record:
    """An interval's attributes: its ends, and whatever it has beside its metrics."""
    rest = {name: value for name, value in one.items() if name not in ("interval", "metrics")}
    if not rest.get("views", True):  # none was asked for
        del rest["views"]
    return {**rest, **_ends(_text(one.get("interval")))}


@lru_cache(maxsize=1024)
def _ends(interval: str) -> Mapping[str, str]:
    """The ends of an interval, written one way; as they came where they are no times."""
    start, _, end = interval.partition("/")
    try:
        instants = datetime.fromisoformat(start), datetime.fromisoformat(end)
        return {START: iso(instants[0]), END: iso(instants[1])}
    except (ValueError, OverflowError):
        return {START: start, END: end}


def _keyed(record: Record, key: tuple[str, ...]) -> Record:
    """The record with its key; what a group has no value for is empty in it."""
    record[KEY] = "|".join(_text(record.get(name) or "") for name in key)
    return record


def _measured(record: Record, metrics: list[Any]) -> Record:
    """A record with the statistics of its metrics."""
    for metric in metrics:
        name, rest = _rest(metric)
        if rest.pop("qualifier", None) is not None:
            name += "_qualified"
        for stat, value in rest.items():
            attribute = attribute_of(name, stat)
            if attribute is not None and value is not None:
                record[attribute if attribute not in record else f"{attribute}_again"] = value
    return record


def _scored(record: Record, metrics: list[Any]) -> Record:
    """A record with its metrics, and of scores how many were added up: without it no mean."""
    made = _measured(record, metrics)
    for metric in metrics:
        name, rest = _rest(metric)
        if name.startswith("o") and rest.get("count") is not None:
            made[f"{name}_count"] = rest["count"]
    return made


def _rest(metric: Any) -> tuple[str, Record]:
    """The name of a metric, and its statistics with whatever stands beside them."""
    beside = dict(_object(metric))
    name, stats = _text(beside.pop("metric", None)), _object(beside.pop("stats", {}))
    return name, {**beside, **stats} if beside else stats


@lru_cache(maxsize=2048)
def attribute_of(metric: str, stat: str) -> str | None:
    """The attribute that a statistic becomes; None where it is not landed.

    ``nOffered`` is the count of it, ``tTalk`` and ``oMediaCount`` are sums, ``tTalk_count`` is how
    often it was emitted.
    """
    if metric == SERVICE_LEVEL and stat in _LEVEL:
        return _LEVEL[stat]
    main = "count" if metric.startswith("n") else "sum"
    if stat == ("target" if metric == SERVICE_TARGET else main):
        return metric
    is_left_out = stat in _LEFT_OUT or (stat == "count" and metric.startswith("o"))
    return None if is_left_out else f"{metric}_{stat}"


def _judged(record: Record) -> Record:
    """A queue's record with the counts that it is judged by: 0 of what did not happen.

    Without an offer nothing says whether what is absent did not happen.
    """
    nothing = {"nOffered": 0} if "nOffered" in record else {}
    for name, source in _COUNTED.items():
        if source in record or nothing:
            record[name] = record.get(source, 0)
    if _is_number(answered := record.get(ANSWERED)) and _is_number(
        over := record.get("nOverSla", 0)
    ):
        record[WITHIN] = answered - over
    return record


def _spent(record: Record, metric: Any) -> Record:
    """A user's record of one metric and qualifier."""
    name, rest = _rest(metric)
    made = {**record, METRIC: name}
    for stat, value in rest.items():
        if stat == QUALIFIER:
            made[QUALIFIER] = value
        elif stat == "sum":
            made[DURATION] = value
        elif stat not in _LEFT_OUT and stat != "count":
            made[f"{METRIC}_{stat}"] = value
    return made


def number(digits: str) -> int | Decimal:
    """A number with a point or an exponent: whole where it is, else to six places."""
    whole, _, rest = digits.partition(".")
    if rest == "0" and len(whole) < _MOST_DIGITS:
        return int(whole)
    value = Decimal(digits)
    if abs(value.adjusted()) > _MOST_DIGITS:
        return value
    if value == value.to_integral_value():
        return int(value)
    return value.quantize(_SIX_PLACES, context=_WIDE)


def _observed(record: Record, metric: Any) -> Record:
    """A record of one metric; the observations themselves are not asked for."""
    name, rest = _rest(metric)
    made = {**record, METRIC: name}
    for stat, value in rest.items():
        if stat in _NOW:
            made[_NOW[stat]] = value
        elif stat not in ("observations", "truncated", *_LEFT_OUT) and value is not None:
            made[f"{METRIC}_{stat}"] = value
    return made


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _object(value: Any) -> Record:
    if not isinstance(value, dict):
        raise Odd
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list | None):
        raise Odd
    return value or []


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Odd
    return value
