"""The rows of queue_intervals and conversation_aggregates that a correct reader must end up with.

Counted in the conversations themselves, session by session, apart from the code that answers the
aggregate queries: what the two have in common is the payload and the rule in ``events``.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import Any

from trunkline_simulator.api.aggregate_words import METRICS
from trunkline_simulator.cells import Row, metric_column, time_of
from trunkline_simulator.directory import organisation_of
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.payloads.plan import LONGEST_DAYS
from trunkline_simulator.settings import Settings
from trunkline_simulator.truth import conversations

Values = dict[str, list[Decimal]]
"""Of an interval: the values of each metric."""

_MICRO = Decimal("0.000001")
_ELSEWHERE = {"oServiceLevel", "oServiceTarget", "oCallbackServiceLevel"}
_WAITS = {"tAnswered", "tAbandon", "tFlowOut"}
_OF_QUEUES = ("queue_id", "media_type")
_OF_CONVERSATIONS = ("queue_id", "user_id", "media_type", "direction")


def expected_intervals(
    settings: Settings,
    first_day: date,
    last_day: date,
    now: datetime,
    minutes: int = 15,
    divisions: frozenset[str] | None = None,
) -> list[Row]:
    """The rows of the UTC days first to last, included, as they stand at ``now``.

    A metric without an event is None; a row is there where any metric of the queue is.
    """
    rows = _rows(settings, first_day, last_day, now, minutes, divisions, _OF_QUEUES)
    of_queues = [row for row in rows if row["queue_id"] is not None]
    return [{**row, **_counts(row), **_service_level(settings, row)} for row in of_queues]


def expected_aggregates(
    settings: Settings,
    first_day: date,
    last_day: date,
    now: datetime,
    minutes: int = 15,
    divisions: frozenset[str] | None = None,
) -> list[Row]:
    """The same by queue, user, media type and direction, each of them None where there is none."""
    return _rows(settings, first_day, last_day, now, minutes, divisions, _OF_CONVERSATIONS)


def _rows(
    settings: Settings,
    first_day: date,
    last_day: date,
    now: datetime,
    minutes: int,
    divisions: frozenset[str] | None,
    keys: tuple[str, ...],
) -> list[Row]:
    found: dict[tuple[Any, ...], Values] = defaultdict(lambda: defaultdict(list))
    starts = datetime.combine(first_day, datetime.min.time(), UTC)
    ends = datetime.combine(last_day, datetime.min.time(), UTC) + timedelta(days=1)
    prompt = replace(settings, late_share=0.0)
    near = first_day - timedelta(days=3 + settings.corrected_seconds // 86_400)
    far = near - timedelta(days=LONGEST_DAYS)
    of_weeks = conversations(prompt, far, near - timedelta(1), now, divisions, only_long=True)
    for made in chain(of_weeks, conversations(prompt, near, last_day, now, divisions)):
        for of, entry in _told(made):
            emitted = of["emitted"]
            if starts <= emitted < ends and emitted <= now and entry["name"] in METRICS:
                values = found[(*(of[key] for key in keys), _floor(emitted, minutes))]
                values[entry["name"]].append(Decimal(str(entry["value"])))
                if entry["name"] in _WAITS:
                    values["tWait"].append(Decimal(str(entry["value"])))
    ordered = sorted(found, key=lambda place: [str(value) for value in place])
    return [
        _row(dict(zip(keys, place, strict=False)), place[-1], minutes, found[place])
        for place in ordered
    ]


def _told(made: Json) -> Iterator[tuple[Row, Json]]:
    """Each metric with what it is of, and the queue that its session had come to, if any."""
    for owner in made.get("participants") or ():
        for leg in owner.get("sessions") or ():
            stays = sorted(
                ((_at(part["segmentStart"]), number, part["queueId"])
                 for number, part in enumerate(leg.get("segments") or ())
                 if part.get("queueId")),
            )  # fmt: skip
            of = {
                "user_id": owner.get("userId"),
                "media_type": leg.get("mediaType"),
                "direction": leg.get("direction"),
            }
            for entry in leg.get("metrics") or ():
                emitted = _at(entry["emitDate"])
                come_to = bisect_right(stays, emitted, key=lambda stay: stay[0])
                queue = stays[come_to - 1][2] if come_to else None
                yield {**of, "queue_id": queue, "emitted": emitted}, entry


def _at(text: str) -> datetime:
    at = time_of(text)
    assert at is not None  # noqa: S101
    return at


def _floor(at: datetime, minutes: int) -> datetime:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    step = timedelta(minutes=minutes)
    return midnight + (at - midnight) // step * step


def _row(of: Row, start: datetime, minutes: int, found: Values) -> Row:
    row = {**of, "interval_start": start, "interval_end": start + timedelta(minutes=minutes)}
    for name in sorted(METRICS - _ELSEWHERE):
        row |= _columns(name, found.get(name))
    return row


def _columns(name: str, values: list[Decimal] | None) -> Row:
    column = metric_column(name)
    total = None if values is None else sum(values, Decimal(0))
    if name.startswith("o"):
        return {column: None if total is None else total.quantize(_MICRO)}
    # A fraction among what is counted in whole numbers leaves no value.
    whole = None if total is None or total % 1 else int(total)
    if name.startswith("n"):
        return {column: whole}
    return {column: whole, f"{column.removesuffix('_ms')}_count": values and len(values)}


def _counts(row: Row) -> Row:
    """The counts by the names of a report; none where nothing was offered is unknown, not 0."""
    usual = None if row["n_offered"] is None else 0

    def count(column: str) -> Any:
        return usual if row[column] is None else row[column]

    answered = count("t_answered_count")
    return {
        "offered": row["n_offered"],
        "answered": answered,
        "answered_within_threshold": None
        if answered is None
        else answered - (row["n_over_sla"] or 0),
        "abandoned": count("t_abandon_count"),
        "short_abandoned": count("t_short_abandon_count"),
        "flow_outs": count("t_flow_out_count"),
    }


_CONCERNED = (
    "n_offered",
    "n_over_sla",
    "t_answered_count",
    "t_abandon_count",
    "t_short_abandon_count",
    "t_flow_out_count",
)


def _service_level(settings: Settings, row: Row) -> Row:
    """help.mypurecloud.com, Configure the service level calculation; NULL where nothing counts."""
    names = ("numerator", "denominator", "ratio", "target")
    made: Row = {f"service_level_{name}": None for name in names}
    if all(row[column] is None for column in _CONCERNED):
        return made
    had = {column: row[column] or 0 for column in _CONCERNED}
    options = settings.service_level
    of = had["t_answered_count"]
    if options.abandons and options.short_abandons:
        of += had["t_abandon_count"]
    elif options.abandons:
        of += had["t_abandon_count"] - had["t_short_abandon_count"]
    if options.flow_outs:
        of += had["t_flow_out_count"]
    within = had["t_answered_count"] - had["n_over_sla"]
    ratio = (Decimal(within) / Decimal(of)).quantize(_MICRO) if of else None
    return made | {
        "service_level_numerator": within,
        "service_level_denominator": of,
        "service_level_ratio": ratio,
        "service_level_target": _target(settings, row["queue_id"], row["media_type"]),
    }


def _target(settings: Settings, queue_id: str, media: str) -> Decimal | None:
    queue = next(one for one in organisation_of(settings.shape).queues if one.id == queue_id)
    promised = dict(queue.targets).get({"voice": "call"}.get(media, media))
    return None if promised is None else Decimal(str(promised.percentage)).quantize(_MICRO)
