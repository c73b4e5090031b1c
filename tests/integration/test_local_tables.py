"""The user's own files beside landed tables: joined, certified, explained; nothing requested."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.fakes import run
from tests.gateway import Site
from trunkline.config import Settings
from trunkline.engine import Engine, Options
from trunkline.errors import ConfigError, UnusableFile

DAY = "conversation_start >= '2026-03-02' AND conversation_start < '2026-03-03'"
JOINED = (
    "SELECT cost_centre, count(DISTINCT s.conversation_id) AS n FROM segments s "
    f"JOIN local.cost_centres c ON c.queue = s.queue_id WHERE {DAY} GROUP BY ALL ORDER BY ALL"
)
OWN = "SELECT count(*) AS n FROM local.cost_centres"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    folder = tmp_path / "own"
    folder.mkdir()
    return Site(tmp_path / "home", settings=Settings(local=str(folder)))


def write_centres(site: Site) -> dict[str, set[str]]:
    """A cost centre for each queue of the day; its conversations, by the simulator's account."""
    found: dict[str, set[str]] = {}
    for row in site.truth("segments", date(2026, 3, 2), date(2026, 3, 3)):
        if row["queue_id"] and str(row["conversation_start"]) < "2026-03-03":
            found.setdefault(row["queue_id"], set()).add(row["conversation_id"])
    lines = (f"{queue};{place:04}\n" for place, queue in enumerate(sorted(found)))
    (Path(site.settings.local) / "Cost Centres.csv").write_text(
        "Queue;Cost Centre\n" + "".join(lines)
    )
    return found


def test_own_files_join_landed_tables(site: Site) -> None:
    expected = write_centres(site)
    assert len(expected) > 1
    assert site.query(JOINED) == [
        {"cost_centre": f"{place:04}", "n": len(expected[queue])}
        for place, queue in enumerate(sorted(expected))
    ]


def test_own_files_alone_need_no_provider(site: Site) -> None:
    expected = write_centres(site)
    settings, seams = site.world()
    engine = Engine(Settings(home=settings.home, local=settings.local), seams)
    try:
        prepared = run(site.clock, engine.prepare(OWN, Options(), lambda _: None))
        with engine.answer(prepared) as answer:
            assert pa.Table.from_batches(answer.batches).to_pylist() == [{"n": len(expected)}]
        assert "0 requests" in str(engine.explain(OWN))
    finally:
        engine.close()
    assert site.requests == []
    assert prepared.certificate["complete"] is True


def test_the_certificate_and_explain_name_the_files(site: Site) -> None:
    write_centres(site)
    path = Path(site.settings.local) / "Cost Centres.csv"
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    (named,) = site.prepare(OWN).certificate["local_files"]
    assert named.pop("modified_at").startswith("20")
    assert named == {
        "table": "local.cost_centres",
        "file": "Cost Centres.csv",
        "bytes": path.stat().st_size,
        "sha256": sha256,
    }
    with site.engine() as engine:
        text = str(engine.explain(OWN))
    assert sha256 in text
    assert f"{path.stat().st_size:,} bytes" in text
    assert site.prepare("SELECT 1").certificate["local_files"] == []


def test_a_file_that_changes_between_is_not_read(site: Site) -> None:
    write_centres(site)
    path = Path(site.settings.local) / "Cost Centres.csv"
    with site.engine() as engine:
        prepared = run(site.clock, engine.prepare(OWN, Options(), lambda _: None))
        path.write_text("Queue;Cost Centre\n")
        with pytest.raises(UnusableFile, match="has changed"), engine.answer(prepared):
            pass
    assert site.query(OWN) == [{"n": 0}]


def test_a_file_that_changes_while_it_is_read_is_told(site: Site) -> None:
    write_centres(site)
    path = Path(site.settings.local) / "Cost Centres.csv"
    with site.engine() as engine:
        prepared = run(site.clock, engine.prepare(OWN, Options(), lambda _: None))
        reading = engine.answer(prepared)
        batches = reading.__enter__().batches
        path.write_text("Queue;Cost Centre\nx;1\n")
        list(batches)
        with pytest.raises(UnusableFile, match="has changed"):
            reading.__exit__(None, None, None)


def test_columns_are_listed(site: Site) -> None:
    write_centres(site)
    sql = "SELECT column_name, data_type FROM trunkline.tables WHERE schema_name = 'local'"
    found: list[dict[str, Any]] = site.query(sql)
    assert found == [
        {"column_name": "queue", "data_type": "VARCHAR"},
        {"column_name": "cost_centre", "data_type": "VARCHAR"},
    ]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    site = Site(tmp_path / "home", settings=Settings(local=str(tmp_path / "nothing")))
    with pytest.raises(ConfigError, match="there is no folder"):
        site.query("SELECT 1")
