"""BI tools over the wire: the star schema with its keys, what Power BI sends, and local tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import duckdb
import pytest

from tests.acceptance.commands import SMALL, desk
from tests.acceptance.wire import Served, served
from trunkline.engine.registry import catalog
from trunkline_simulator.truth import expected_rows

VIEWS = catalog().star
FIRST, LAST = date(2025, 3, 1), date(2025, 3, 31)
# As Power Query folds `Table.SelectRows(View, each [start_utc] >= RangeStart and ...)`.
FOLDED = """select "_"."conversation_id",
    "_"."start_utc"
from "bi"."conversations" "_"
where "_"."start_utc" >= timestamp '2025-03-01 00:00:00'
    and "_"."start_utc" < timestamp '2025-04-01 00:00:00'"""
OWN = """CREATE TABLE rows AS SELECT
    ('00000000-0000-4000-8000-' || lpad(to_hex(i), 12, '0'))::UUID AS id,
    i::SMALLINT AS small, i::INTEGER AS whole, i::BIGINT AS big, (i * 0.5)::DOUBLE AS ratio,
    (i / 100)::DECIMAL(18,4) AS cost, DATE '2026-01-01' + i::INTEGER AS day,
    TIMESTAMP '2026-01-01 00:00:00.001' + to_seconds(i) AS plain,
    TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_seconds(i) AS instant,
    i % 2 = 0 AS even, 'Ñ' || i AS words, CASE WHEN i > 0 THEN i END::INTEGER AS some
    FROM range(1000) r(i)"""
OIDS = {
    "id": 2950, "small": 21, "whole": 23, "big": 20, "ratio": 701, "cost": 1700, "day": 1082,
    "plain": 1114, "instant": 1184, "even": 16, "words": 25, "some": 23,
}  # fmt: skip


def write_own(folder: Path) -> None:
    """One file of every type that has a type of its own on the wire, and a broken one."""
    folder.mkdir()
    with duckdb.connect() as connection:
        connection.execute(OWN)
        connection.execute(f"COPY rows TO '{folder}/Own Rows.parquet'")
        connection.execute(f"COPY (SELECT max(day) AS day FROM rows) TO '{folder}/v_last.parquet'")
    (folder / "broken.csv").write_text("a,b\n1\n")


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with local tables that has March."""
    folder = tmp_path_factory.mktemp("bi")
    write_own(folder / "own")
    with desk(folder) as found:
        found.environment["TRUNKLINE_LOCAL"] = "own"
        with served(found) as server:
            server.rows("SELECT count(*) FROM bi.conversations WHERE start_utc >= '2025-03-01' "
                        "AND start_utc < '2025-04-01'")  # fmt: skip
            yield server


def test_what_power_query_folds_to_is_answered(at: Served) -> None:
    truth = expected_rows(SMALL, "conversations", FIRST, LAST, datetime.now(UTC))
    expected = {(r["conversation_id"], r["conversation_start"].replace(tzinfo=None)) for r in truth}
    assert len(expected) > 100
    assert set(at.rows(FOLDED)) == expected
    preview = at.rows(f'select * from ({FOLDED}) "_" limit 0')
    assert preview == []


def test_the_relationships_are_those_declared(at: Served) -> None:
    found = at.rows("""
        SELECT c.conrelid::regclass::text, a.attname, c.confrelid::regclass::text, b.attname
        FROM pg_catalog.pg_constraint c
        JOIN pg_catalog.pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        JOIN pg_catalog.pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
        WHERE c.contype = 'f' AND c.conrelid::regclass::text LIKE 'bi.%'""")
    keys = {view.name: view.key for view in VIEWS}
    assert set(found) == {
        (view.qualified, column.name, f"bi.{column.references}", keys[str(column.references)])
        for view in VIEWS
        for column in view.references
    }


def test_every_view_has_its_key_and_its_words(at: Served) -> None:
    keys = at.rows("""
        SELECT k.table_name, k.column_name FROM information_schema.table_constraints t
        JOIN information_schema.key_column_usage k
          ON k.constraint_name = t.constraint_name AND k.table_name = t.table_name
          AND k.table_schema = t.table_schema
        WHERE t.table_schema = 'bi' AND t.constraint_type = 'PRIMARY KEY'""")
    assert set(keys) == {(view.name, view.key) for view in VIEWS}
    said = at.rows(
        "SELECT col_description('bi.legs'::regclass, attnum) FROM pg_catalog.pg_attribute "
        "WHERE attrelid = 'bi.legs'::regclass AND attname = 't_talk_ms'"
    )
    (legs,) = (view for view in VIEWS if view.name == "legs")
    assert said == [(next(c.description for c in legs.columns if c.name == "t_talk_ms"),)]


def test_a_dimension_is_read_whole_without_bounds(at: Served) -> None:
    rows = at.rows('select "$Table"."queue_id" from "bi"."queues" "$Table"')
    truth = expected_rows(SMALL, "segments", FIRST, LAST, datetime.now(UTC))
    assert {queue for (queue,) in rows} == {row["queue_id"] for row in truth} - {None}


@pytest.mark.parametrize("binary", [False, True])
def test_local_tables_keep_their_types_on_the_wire(at: Served, binary: bool) -> None:
    with at.connect() as connection:
        cursor = connection.execute(
            "SELECT * FROM local.own_rows ORDER BY big", binary=binary, prepare=False
        )
        assert cursor.description
        assert {column.name: column.type_code for column in cursor.description} == OIDS
        rows = cursor.fetchall()
    assert len(rows) == 1000
    assert rows[7] == (
        UUID("00000000-0000-4000-8000-000000000007"), 7, 7, 7, 3.5, Decimal("0.0700"),
        date(2026, 1, 8), datetime(2026, 1, 1, 0, 0, 7, 1000),  # noqa: DTZ001 (it has no zone)
        datetime(2026, 1, 1, 0, 0, 7, tzinfo=UTC), False, "Ñ7", 7,
    )  # fmt: skip
    assert rows[0][-1] is None


def test_own_files_are_listed_with_the_rest(at: Served) -> None:
    found = at.rows(
        "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'local'"
    )
    assert sorted(found) == [("own_rows", "BASE TABLE"), ("v_last", "VIEW")]


def test_a_broken_file_is_told_with_a_code_and_hides_nothing_else(at: Served) -> None:
    done = at.psql("SELECT * FROM local.broken")
    assert "broken.csv: line 2: 1 values where the first line names 2 columns" in done.stderr
    assert at.rows("SELECT count(*) FROM local.own_rows") == [(1000,)]


def test_files_for_power_bi_hold_no_secret_and_name_every_view(at: Served) -> None:
    done = at.at.run(
        "powerbi", "report", "--host", "gw.example", "--port", "5433",
        "--from", "2025-03-01", "--to", "2025-04-01",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    made = {path.name: path.read_text() for path in (at.at.folder / "report").iterdir()}
    assert sorted(done.stdout.split()) == sorted(f"report/{name}" for name in made)
    for name, mode in (("import", "Import"), ("directquery", "DirectQuery")):
        (connection,) = json.loads(made[f"trunkline-{name}.pbids"])["connections"]
        assert connection["mode"] == mode
        assert connection["details"] == {
            "protocol": "postgresql",
            "address": {"server": "gw.example:5433", "database": "lake"},
        }
    assert made["RangeStart.pq"].startswith("#datetime(2025, 3, 1, 0, 0, 0) meta [")
    for view in VIEWS:
        text = made[f"bi.{view.name}.pq"]
        assert re.search(rf'Schema = "bi", Item = "{view.name}"', text)
        assert ("[start_utc] >= RangeStart and [start_utc] < RangeEnd" in text) == bool(view.time)
    everything = "".join(made.values()).lower()
    assert not any(word in everything for word in ("password", "secret", "username", "pwd"))


def test_a_host_with_a_password_is_refused(at: Served) -> None:
    done = at.at.run("powerbi", "other", "--host", "ann:hunter2@gw.example")
    assert done.returncode == 2
    assert "hunter2" not in done.stderr
    assert not (at.at.folder / "other").exists()
