"""The rows of user_aggregates that a correct reader must end up with: counted record by record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from trunkline_simulator.cells import Row
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.payloads.plan import day_number
from trunkline_simulator.roster import user_divisions
from trunkline_simulator.settings import Settings
from trunkline_simulator.statuses.records import KINDS, Record, known, of_day, shown, user_ids
from trunkline_simulator.view import milliseconds


def expected_user_intervals(
    settings: Settings,
    first_day: date,
    last_day: date,
    now: datetime,
    minutes: int = 15,
    divisions: frozenset[str] | None = None,
) -> list[Row]:
    """By user, interval of the UTC days first to last, metric and qualifier: milliseconds spent."""
    spent: Counter[tuple[str, int, str, str]] = Counter()
    prompt, at, step = replace(settings, late_share=0.0), milliseconds(now), minutes * 60_000
    lo = day_number(first_day) * 86_400_000
    hi = min(at, (day_number(last_day) + 1) * 86_400_000)
    owners = user_divisions(settings, now)
    for place, user in enumerate(user_ids(settings.shape)):
        if divisions is not None and owners.get(user) not in divisions:
            continue
        for record in _records(prompt, place, first_day, last_day, at):
            start, end = max(record.start, lo), min(record.end, hi)
            for metric, qualifier in _qualifiers(shown(settings.shape, record, at)):
                for interval in range(start - start % step, end, step):
                    part = min(end, interval + step) - max(start, interval)
                    spent[user, interval, metric, qualifier] += part
    return [_row(key, minutes, total) for key, total in sorted(spent.items()) if total]


def _records(
    settings: Settings, place: int, first_day: date, last_day: date, at: int
) -> set[Record]:
    """Each record of those days once, in whatever order."""
    return {
        record
        for kind in KINDS
        for number in range(day_number(first_day), day_number(last_day) + 1)
        for record in of_day(settings.shape, place, kind, number)
        if known(settings, record, at)
    }


def _qualifiers(made: Json) -> Iterator[tuple[str, str]]:
    for attribute, metric in (
        ("systemPresence", "tSystemPresence"),
        ("organizationPresenceId", "tOrganizationPresence"),
        ("routingStatus", "tAgentRoutingStatus"),
    ):
        if made.get(attribute):
            yield metric, made[attribute]


def _row(key: tuple[str, int, str, str], minutes: int, total: int) -> Row:
    user, interval, metric, qualifier = key
    start = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=interval)
    return {
        "user_id": user,
        "interval_start": start,
        "interval_end": start + timedelta(minutes=minutes),
        "metric": metric,
        "qualifier": qualifier,
        "duration_ms": total,
    }
