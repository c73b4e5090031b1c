"""An answer opens only what its plan's scans want: the same rows, from fewer files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import run
from tests.gateway import Site, same_rows
from trunkline.engine import Engine, Options, Prepared
from trunkline.errors import DamagedLake
from trunkline.lake.reading import Reads

FIRST, LAST = date(2026, 2, 27), date(2026, 3, 5)
EVERY_DAY = f"conversation_start >= '{FIRST}' AND conversation_start < '{LAST + timedelta(days=1)}'"
MARCH = "conversation_start >= '2026-03-02' AND conversation_start < '2026-03-04'"
LOCAL = (
    "date_trunc('day', conversation_start AT TIME ZONE 'Asia/Tokyo') = TIMESTAMP '2026-03-03 00:00'"
)
ASKED = (
    f"SELECT * FROM conversations WHERE {MARCH}",
    f"SELECT * FROM segments WHERE {LOCAL}",
    f"SELECT * FROM interactions WHERE {MARCH}",
    """SELECT c.conversation_id, s.segment_key FROM conversations c LEFT JOIN segments s
        ON s.conversation_id = c.conversation_id AND s.conversation_start >= '2026-03-02'
        WHERE c.conversation_start >= '2026-03-01' AND c.conversation_start < '2026-03-04'""",
    f"""SELECT a.conversation_id FROM conversations a WHERE {MARCH}
        UNION ALL SELECT conversation_id FROM conversations WHERE {LOCAL}
        UNION ALL SELECT conversation_id FROM interactions
        WHERE conversation_start::date IN ('2026-02-27', '2026-03-05')""",
    f"""WITH conversations AS (SELECT * FROM conversations WHERE {LOCAL})
        SELECT * FROM conversations""",
    "SELECT * FROM conversations WHERE conversation_start >= now() - INTERVAL 7 DAY",
    f"SELECT count(*) AS n FROM conversations WHERE {MARCH} AND false",
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    made = Site(tmp_path / "home")
    day = FIRST
    while day <= LAST:  # a file a day
        made.query(f"SELECT 1 FROM conversations WHERE conversation_start::date = '{day}'")
        day += timedelta(days=1)
    return made


def rows(engine: Engine, prepared: Prepared) -> list[str]:
    with engine.answer(prepared) as found:
        return sorted(str(row) for batch in found.batches for row in batch.to_pylist())


def prepared(site: Site, engine: Engine, sql: str, **options: Any) -> Prepared:
    return run(site.clock, engine.prepare(sql, Options(**options), lambda _: None))


def test_the_answer_is_the_one_of_all_files(site: Site) -> None:
    for sql in ASKED:
        with site.engine() as engine:
            query = prepared(site, engine, sql)
            everything = Reads(frozenset(table.name for table in engine.catalog.tables))
            assert rows(engine, query) == rows(
                engine, replace(query, reads={"genesys": everything})
            ), sql
            if "now()" not in sql:
                assert rows(engine, query), sql


def damage(site: Site, table: str, wanted: Callable[[date], bool]) -> None:
    """Make a table's files of some days unreadable."""
    with site.engine() as engine:
        newest = engine.lake.catalogue.latest()
        found = engine.lake.catalogue.files("genesys", newest, [table])
    hit = [file for file in found if any(map(wanted, file.days))]
    assert hit
    for file in hit:
        path = site.home / file.path
        path.chmod(0o600)
        path.write_bytes(b"damaged")


def test_a_damaged_file_of_another_day_stops_no_query(site: Site) -> None:
    damage(site, "conversations", lambda day: day not in (date(2026, 3, 2), date(2026, 3, 3)))
    found = site.query(f"SELECT * FROM conversations WHERE {MARCH}")
    same_rows(
        "conversations", found, site.truth("conversations", date(2026, 3, 2), date(2026, 3, 3))
    )
    tokyo = site.query(f"SELECT * FROM conversations WHERE {LOCAL}")
    start = datetime(2026, 3, 2, 15, tzinfo=UTC)
    truth = site.truth("conversations", date(2026, 3, 2), date(2026, 3, 3))
    within = [r for r in truth if start <= r["conversation_start"] < start + timedelta(days=1)]
    same_rows("conversations", tokyo, within)
    with pytest.raises(DamagedLake):
        site.query(f"SELECT * FROM conversations WHERE {EVERY_DAY}")


def test_a_damaged_file_of_another_table_stops_no_query(site: Site) -> None:
    damage(site, "segments", lambda _: True)
    found = site.query(f"SELECT * FROM conversations WHERE {EVERY_DAY}")
    same_rows("conversations", found, site.truth("conversations", FIRST, LAST))
    with pytest.raises(DamagedLake):
        site.query(f"SELECT count(*) FROM segments WHERE {EVERY_DAY}")


def test_without_bounds_everything_that_is_held_is_read(site: Site) -> None:
    with site.engine() as engine:
        query = prepared(site, engine, "SELECT * FROM conversations", covered=True)
        assert query.reads == {"genesys": Reads(frozenset({"conversations"}))}
        assert len(rows(engine, query)) == len(site.truth("conversations", FIRST, LAST))
