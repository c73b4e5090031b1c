"""Published through dlt: into a DuckDB file, which is what of it can be tried without a server."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.gateway import SMALL, Place, Site
from tests.publishing import TREE, held, ignore
from trunkline.engine.syncing import Wish as SyncWish
from trunkline.errors import TargetError, UsageError
from trunkline.providers.genesys.tables import TABLES
from trunkline.publish import Published, Wish
from trunkline.publish.progress import Observe
from trunkline.publish.warehouse import publish_into, warehouse_of
from trunkline.publish.warehouse.target import opened
from trunkline.publish.warehouse.writing import resource_of
from trunkline_simulator.settings import DirectoryChange

# dlt uses what DuckDB 2 calls old.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

SOME = SyncWish(start=datetime(2026, 3, 1, tzinfo=UTC))


@pytest.fixture
def site(tmp_path: Path) -> Site:
    found = Site(tmp_path / "data", SMALL)
    found.sync(SOME)
    return found


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


def _published(
    place: Place, file: Path, wish: Wish | None = None, observe: Observe = ignore
) -> Published:
    to = warehouse_of(f"duckdb:///{file}")
    assert to
    with place.engine() as engine:
        return publish_into(engine, to, wish or Wish(), observe)[0]


def _rows(file: Path, table: str) -> list[dict[str, Any]]:
    with duckdb.connect(str(file), read_only=True) as connection:
        found = connection.execute(f'SELECT * FROM genesys."{table}"')
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _told(row: dict[str, Any]) -> str:
    """A row as text: lists are JSON in texts there, and instants are compared in UTC."""
    return repr([(name, _plain(row[name])) for name in sorted(row)])


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, list):
        return json.dumps(value)
    return value


def _require_equal(place: Place, file: Path) -> int:
    rows = 0
    for table in TREE:
        want = sorted(map(_told, held(place, table)))
        assert sorted(map(_told, _rows(file, table))) == want
        rows += len(want)
    return rows


def test_every_table_has_the_rows_of_the_lake(site: Site, file: Path) -> None:
    done = _published(site, file)
    assert _require_equal(site, file) == sum(done.written.values()) > 1_000
    days = {row["day"] for row in _rows(file, "trunkline_days")}
    assert days == set(done.published)


def test_the_same_again_writes_nothing(site: Site, file: Path) -> None:
    first = _published(site, file)
    assert not list((site.home / "publishing").rglob("*.*"))  # of the loading
    again = _published(site, file)
    assert (again.published, again.removed, again.made) == ((), (), ())
    assert again.unchanged == len(first.published)
    _require_equal(site, file)


def test_a_refreshed_day_takes_the_place_of_the_old(site: Site, file: Path) -> None:
    _published(site, file)
    site.simulate(replace(site.simulation, corrected_share=0.5, corrected_seconds=60))
    site.sync(replace(SOME, end=datetime(2026, 3, 4, tzinfo=UTC), refresh=True))
    again = _published(site, file)
    assert set(again.published) <= {date(2026, 3, day) for day in (1, 2, 3)}
    assert again.published
    _require_equal(site, file)


class _Stopped(Exception):
    """Somebody ended it."""


def test_a_run_that_was_ended_is_gone_on_with(site: Site, file: Path) -> None:
    _published(site, file, Wish(end=datetime(2026, 3, 3, tzinfo=UTC)))
    with duckdb.connect(str(file)) as connection:  # as a kill between two tables leaves it
        connection.execute("DELETE FROM genesys.trunkline_days WHERE day = DATE '2026-03-02'")
        connection.execute("DELETE FROM genesys.segments WHERE conversation_start > '2026-03-02'")
    again = _published(site, file)
    assert date(2026, 3, 2) in again.published
    _require_equal(site, file)


def test_a_dry_run_changes_nothing(site: Site, file: Path) -> None:
    done = _published(site, file, Wish(dry_run=True))
    assert done.published
    assert not _tables(file)


def _tables(file: Path) -> list[Any]:
    if not file.exists():
        return []
    with duckdb.connect(str(file)) as connection:
        return connection.execute("FROM duckdb_tables() WHERE schema_name = 'genesys'").fetchall()


@pytest.mark.parametrize(
    "url", ["mssql://", "mssql://host", "duckdb://", "duckdb:///", "mssql://u:p@h:x/db"]
)
def test_what_names_no_database_is_told_without_its_text(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        warehouse_of(url)
    assert "u:p" not in str(caught.value)


def test_a_password_is_not_shown() -> None:
    found = warehouse_of("mssql://loader:hidden@db.example.com:1433/warehouse?x=1")
    assert found
    assert found.has_password
    assert "hidden" not in repr(found)
    assert found.shown == "mssql://loader@db.example.com:1433/warehouse"


def test_other_targets_are_of_others() -> None:
    assert warehouse_of("postgresql://localhost/x") is None


def test_a_file_that_is_none_is_an_error_of_ours(site: Site, file: Path) -> None:
    file.write_text("no database")
    with pytest.raises(TargetError, match="failed"):
        _published(site, file)


def test_sql_server_is_told_of_types_that_it_has(tmp_path: Path) -> None:
    """The statements alone: what a server says to them, nobody has tried."""
    to = warehouse_of(
        "mssql://loader:x@db.example.com/warehouse?driver=ODBC+Driver+18+for+SQL+Server"
    )
    assert to
    with opened(to, tmp_path, "genesys") as pipeline:
        for table in TABLES:
            pipeline.extract([resource_of(table)])
        pipeline.normalize()
        client, schema = pipeline.destination_client(), pipeline.default_schema
        made = "\n".join(
            line
            for table in TABLES
            for columns in (list(schema.get_table_columns(table.name).values()),)
            for line in client._get_table_update_sql(table.name, columns, generate_alter=False)
        )
    types = set(re.findall(r'^"\w+" (\w+(?:\([\w,]+\))?)', made, re.MULTILINE))
    assert types == {
        "nvarchar(max)", "datetimeoffset(3)", "bigint", "bit", "float",
        "decimal(18,6)", "decimal(24,6)",
    }  # fmt: skip


def _renamed(site: Site, name: str) -> None:
    change = DirectoryChange(site.clock.now(), "queues", 0, "rename", name)
    site.simulate(replace(site.simulation, changes=(change,)))


def test_a_list_that_changed_takes_the_place_of_the_old(site: Site, file: Path) -> None:
    queues = Wish(("queues",))
    site.sync(SyncWish(("queues",)))
    assert _published(site, file, queues).listed == "queues"
    _renamed(site, "Renamed")
    site.wait(days=2)
    site.sync(SyncWish(("queues",)))
    _published(site, file, queues)
    want = sorted((row["queue_id"], row["name"]) for row in held(site, "queues"))
    assert sorted((row["queue_id"], row["name"]) for row in _rows(file, "queues")) == want
    assert "Renamed" in {name for _, name in want}


def test_what_was_altered_is_told(site: Site, file: Path) -> None:
    _renamed(site, "Cut\0here")
    site.sync(SyncWish(("queues",)))
    done = _published(site, file, Wish(("queues",)))
    assert sum(done.altered.values()) == 1
    assert "Cut\N{SYMBOL FOR NULL}here" in {row["name"] for row in _rows(file, "queues")}
