"""The rows of queue_intervals that a correct reader of the aggregates must end up with.

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
from typing import Any

from trunkline_simulator.api.aggregate_words import METRICS
from trunkline_simulator.cells import Row, metric_column, time_of
from trunkline_simulator.directory import organisation_of
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.payloads.plan import LONGEST_DAYS
from trunkline_simulator.settings import Settings
from trunkline_simulator.truth import conversations

Place = tuple[str, str, datetime]
"""Queue, media type, start of the interval."""

_MICRO = Decimal("0.000001")
_ELSEWHERE = {"oServiceLevel", "oServiceTarget", "oCallbackServiceLevel"}
_WAITS = {"tAnswered", "tAbandon", "tFlowOut"}


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
    values: dict[Place, dict[str, list[Decimal]]] = defaultdict(lambda: defaultdict(list))
    starts = datetime.combine(first_day, datetime.min.time(), UTC)
    ends = datetime.combine(last_day, datetime.min.time(), UTC) + timedelta(days=1)
    prompt = replace(settings, late_share=0.0)
    before = timedelta(days=LONGEST_DAYS + 1 + settings.corrected_seconds // 86_400)
    for made in conversations(prompt, first_day - before, last_day, now, divisions):
        for queue, media, emitted, entry in _told(made):
            if starts <= emitted < ends and emitted <= now and entry["name"] in METRICS:
                place = (queue, media, _floor(emitted, minutes))
                values[place][entry["name"]].append(Decimal(str(entry["value"])))
                if entry["name"] in _WAITS:
                    values[place]["tWait"].append(Decimal(str(entry["value"])))
    return [_row(settings, place, minutes, found) for place, found in sorted(values.items())]


def _told(made: Json) -> Iterator[tuple[str, str, datetime, Json]]:
    """Each metric with the queue that its session had come to by then, if any."""
    for owner in made.get("participants") or ():
        for leg in owner.get("sessions") or ():
            stays = sorted(
                ((_at(part["segmentStart"]), number, part["queueId"])
                 for number, part in enumerate(leg.get("segments") or ())
                 if part.get("queueId")),
            )  # fmt: skip
            for entry in leg.get("metrics") or ():
                emitted = _at(entry["emitDate"])
                come_to = bisect_right(stays, emitted, key=lambda stay: stay[0])
                if come_to:
                    yield stays[come_to - 1][2], leg["mediaType"], emitted, entry


def _at(text: str) -> datetime:
    at = time_of(text)
    assert at is not None  # noqa: S101
    return at


def _floor(at: datetime, minutes: int) -> datetime:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    step = timedelta(minutes=minutes)
    return midnight + (at - midnight) // step * step


def _row(settings: Settings, place: Place, minutes: int, found: dict[str, list[Decimal]]) -> Row:
    queue, media, start = place
    row: dict[str, Any] = {
        "queue_id": queue,
        "media_type": media,
        "interval_start": start,
        "interval_end": start + timedelta(minutes=minutes),
    }
    for name in sorted(METRICS - _ELSEWHERE):
        row |= _columns(name, found.get(name))
    return {**row, **_counts(row), **_service_level(settings, row)}


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
