"""Jobs of other scopes than whole days, against the simulator: what was open, what filters let by.

Nothing plans such jobs here: they are stored as a run that was killed would leave them, and gone on
with.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.gateway import NOW, SMALL, TABLES, Site, same_rows
from trunkline.engine import Engine
from trunkline.interval import Interval, day_span, midnight
from trunkline.jobs.job import Job
from trunkline.lake.locked import Limits
from trunkline.lake.reading import Reads
from trunkline.lake.relation import relations_of
from trunkline.lake.session import answer
from trunkline.scope import OPEN_AT, Scope, filtered
from trunkline_simulator.settings import Shape

DAY = date(2026, 2, 3)
FIRST = DAY - timedelta(
    days=100
)  # earlier than any conversation of the simulator that is open then


@pytest.fixture
def site(tmp_path: Path) -> Site:
    busy = replace(SMALL, shape=Shape(per_day=20))
    made = Site(tmp_path / "home", simulation=busy)
    made.query(f"SELECT * FROM conversations WHERE conversation_start >= '{NOW:%F}'")
    return made


def fetched(site: Site, scope: Scope, interval: Interval, days: frozenset[date]) -> None:
    with site.engine() as engine:
        (held,) = engine.coverage()
        job = Job("s", "genesys", held.dataset, interval, days, held.fingerprint, scope=scope)
        engine.store.add(job)
    assert [job.scope for job in site.resume().published] == [scope]


def rows(engine: Engine, table: str, scope: Scope) -> list[dict[str, Any]]:
    """A table as a query would read it whose plan names the scope; without the day of now."""
    reads = Reads(frozenset({table.rpartition(".")[2]}), scopes=(scope,))
    parts = engine.lake.parts(engine.catalog, engine.lake.catalogue.latest(), reads)
    relations = relations_of(engine.catalog, parts)
    sql = f"SELECT * FROM {table} WHERE conversation_start < '{NOW:%F}'"
    with answer(sql, relations, "genesys", "UTC", Limits()) as found:
        return [row for batch in found.batches for row in batch.to_pylist()]


def test_what_was_open_when_a_day_began(site: Site) -> None:
    start = midnight(DAY)
    minute = Interval(start, start + timedelta(minutes=1))
    fetched(site, OPEN_AT, minute, frozenset({DAY}))
    earlier = site.truth("conversations", FIRST, DAY - timedelta(days=1))
    wanted = {
        row["conversation_id"]
        for row in earlier
        if row["conversation_end"] is None or row["conversation_end"] >= start
    }
    assert wanted
    assert min(r["conversation_start"] for r in earlier if r["conversation_id"] in wanted) < (
        start - timedelta(days=1)
    )
    with site.engine() as engine:
        for table in TABLES:
            truth = site.truth(table, FIRST, DAY - timedelta(days=1))
            same_rows(
                table,
                rows(engine, table, OPEN_AT),
                [row for row in truth if row["conversation_id"] in wanted],
            )


def test_what_filters_let_through_comes_whole(site: Site) -> None:
    last = DAY + timedelta(days=6)
    truth = site.truth("segments", DAY, last)
    queues = sorted({row["queue_id"] for row in truth if row["queue_id"]})[:2]
    scope = filtered({"queue_id": queues, "media_type": ["voice"]})
    fetched(site, scope, day_span(DAY, last), day_span(DAY, last).days())
    of_queue = {row["conversation_id"] for row in truth if row["queue_id"] in queues}
    voice = {
        row["conversation_id"]
        for row in site.truth("sessions", DAY, last)
        if row["media_type"] == "voice"
    }
    with site.engine() as engine:
        for table in TABLES:
            found = rows(engine, table, scope)
            whole = site.truth(table, DAY, last)
            ids = {row["conversation_id"] for row in found}
            assert ids <= of_queue & voice
            same_rows(table, found, [row for row in whole if row["conversation_id"] in ids])
        brought = {row["conversation_id"] for row in rows(engine, "conversations", scope)}
        assert {day.scope for day in engine.lake.scoped("genesys")} == {Scope(), scope}
        assert len(engine.coverage()) == 1
    legs = {row["session_id"]: row["media_type"] for row in site.truth("sessions", DAY, last)}
    for row in truth:  # a row that meets both is never missing
        if row["queue_id"] in queues and legs[row["session_id"]] == "voice":
            assert row["conversation_id"] in brought
