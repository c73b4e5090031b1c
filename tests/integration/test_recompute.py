"""What a certificate says of the tables can be had from the tables, and from the files' bytes."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq

from tests.gateway import TABLES, Site
from trunkline.engine import Options
from trunkline.engine.syncing import Wish

FEBRUARY = Wish(start=datetime(2026, 2, 1, tzinfo=UTC), end=datetime(2026, 3, 1, tzinfo=UTC))
IN_FEBRUARY = "conversation_start >= '2026-02-01' AND conversation_start < '2026-03-01'"
COVERED = Options(covered=True)


def test_rows_by_table_and_conversations_by_day(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    certificate = site.sync(FEBRUARY).certificate
    counted = {
        table: site.query(f"SELECT count(*) AS n FROM {table} WHERE {IN_FEBRUARY}")[0]["n"]
        for table in TABLES
    }
    bare = {name.rpartition(".")[2]: rows for name, rows in counted.items()}
    assert bare == certificate["rows_landed"]
    days = site.query("SELECT sum(conversations) AS n FROM trunkline.coverage", COVERED)
    assert days[0]["n"] == certificate["conversations"] == counted["conversations"]


def test_every_file_is_told_with_its_hash_and_its_rows(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    site.sync(FEBRUARY)
    files = site.query("SELECT * FROM trunkline.files", COVERED)
    assert files
    for file in files:
        path = site.home / file["path"]
        assert hashlib.sha256(path.read_bytes()).hexdigest() == file["sha256"]
        assert path.stat().st_size == file["bytes"]
        assert pq.read_metadata(path).num_rows == file["row_count"]
        assert file["scope"] == "whole"
    told = {file["path"] for file in files}
    assert told == {str(p.relative_to(site.home)) for p in site.home.rglob("*.parquet")}


def test_an_older_snapshot_tells_the_files_it_was_read_from(tmp_path: Path) -> None:
    site = Site(tmp_path / "data")
    snapshot = site.sync(FEBRUARY).certificate["snapshot"]
    asked = "SELECT path FROM trunkline.files ORDER BY path"
    before = site.query(asked, COVERED)
    site.sync(Wish(start=FEBRUARY.start, end=FEBRUARY.end, refresh=True))
    assert site.query(asked, COVERED) != before
    assert site.query(asked, Options(as_of=snapshot)) == before
