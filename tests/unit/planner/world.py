"""A small catalogue, an evaluator of constants, and holdings in a line of text each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache

import duckdb

from trunkline.catalog import Catalog, Column, Dataset, Level, Table
from trunkline.interval import DAY, day_span, midnight
from trunkline.planner.plan import Context, DayHeld, Holdings, Unfinished
from trunkline.types import Type

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _dataset(
    name: str,
    key: str,
    time_column: str,
    *levels: str,
    longest: int = 31,
    noun: str = "conversation",
) -> Dataset:
    return Dataset(
        name=name,
        provider="genesys",
        description="For tests.",
        levels=tuple(Level(n, levels[0] if i else None, n) for i, n in enumerate(levels)),
        key=key,
        time_column=time_column,
        cursor="cursor",
        watermark="dataAvailabilityDate",
        max_interval_days=longest,
        page_size=1000,
        noun=noun,
    )


CONVERSATIONS = _dataset(
    "conversation_details", "conversation_id", "conversation_start", "conversation", "segment"
)
USERS = _dataset("user_details", "user_id", "presence_start", "presence", longest=7, noun="record")


def _table(
    name: str,
    dataset: Dataset,
    level: str,
    columns: Iterable[str],
    views: tuple[str, ...] = (),
    times: tuple[str, ...] = (),
) -> Table:
    root = dataset.levels[0].name
    return Table(
        name=name,
        description="For tests.",
        dataset=dataset,
        level=level,
        grain="one row",
        key=dataset.key,
        natural_key=(dataset.key,),
        columns=(
            Column(dataset.key, Type.TEXT, f"{root}.id", "The key."),
            Column(dataset.time_column, Type.TIMESTAMP, f"{root}.start", "When it began."),
            *(Column(column, Type.TEXT, f"{level}.{column}", "Text.") for column in columns),
            *(
                Column(
                    time,
                    Type.TIMESTAMP,
                    f"{level}.{time}",
                    "A time.",
                    within=root,
                    lead_ms=1_000 if time == "segment_start" else 0,
                )
                for time in times
            ),
        ),
        pushdowns=(),
        views=views,
    )


CATALOG = Catalog(
    "genesys",
    (
        _table(
            "conversations",
            CONVERSATIONS,
            "conversation",
            ["direction"],
            ("interactions",),
            ("conversation_end",),
        ),
        _table(
            "segments",
            CONVERSATIONS,
            "segment",
            ["queue_id", "purpose"],
            times=("segment_start", "segment_end"),
        ),
        _table("user_presence", USERS, "presence", ["presence"]),
    ),
)


_NAMES = (CONVERSATIONS.name, USERS.name)


@cache
def evaluator(time_zone: str) -> Callable[[str], datetime | None]:
    """Constants by DuckDB itself, as the engine injects them."""
    connection = duckdb.connect()
    connection.execute(f"SET TimeZone = '{time_zone}'")

    def constant(sql: str) -> datetime | None:
        try:
            row = connection.execute(f"SELECT epoch_us(CAST(({sql}) AS TIMESTAMPTZ))").fetchone()
        except duckdb.Error:
            return None
        if row is None or row[0] is None:
            return None
        return EPOCH + timedelta(microseconds=row[0])

    return constant


def context(time_zone: str = "UTC", now: datetime = NOW) -> Context:
    return Context(now, time_zone, evaluator(time_zone), dict.fromkeys(_NAMES, "today"))


def held(
    first: date, last: date, *, watermark: datetime, fetched_at: datetime, fingerprint: str
) -> dict[date, DayHeld]:
    days = day_span(first, last).days()
    return {day: DayHeld(fetched_at, watermark, fingerprint, 2500) for day in days}


def holdings(lines: Iterable[str], now: datetime) -> Holdings:
    """From lines such as ``final 2025-01-01..2025-01-09`` or ``unfinished job-1 2025-02-01..``."""
    days: dict[date, DayHeld] = {}
    unfinished: list[Unfinished] = []
    for line in lines:
        what, *name, span = line.split()
        first, last = (date.fromisoformat(text) for text in span.split(".."))
        if what == "unfinished":
            covered = day_span(first, last)
            unfinished.append(
                Unfinished(name[0], CONVERSATIONS.name, covered, covered.days(), "polling")
            )
            continue
        days |= _held_as(what, first, last, now)
    return Holdings({CONVERSATIONS.name: days}, unfinished=tuple(unfinished))


def _held_as(what: str, first: date, last: date, now: datetime) -> dict[date, DayHeld]:
    end = midnight(last + DAY)
    settled, early = end + timedelta(hours=72), end + timedelta(hours=1)
    match what:
        case "final":
            return held(first, last, watermark=settled, fetched_at=settled, fingerprint="today")
        case "stale":
            return held(first, last, watermark=settled, fetched_at=settled, fingerprint="other")
        case "provisional":
            return held(first, last, watermark=early, fetched_at=early, fingerprint="today")
        case "fresh":
            lately = now - timedelta(minutes=5)
            return held(first, last, watermark=early, fetched_at=lately, fingerprint="today")
    raise ValueError(what)
