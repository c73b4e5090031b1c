"""Planted names, numbers, addresses and values are in no byte that leaves the process."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.acceptance.commands import desk
from tests.gateway import TABLES
from trunkline_simulator.personal import planted_values

FIRST = date(2025, 3, 1)
DAYS = 10
BOUND = "conversation_start >= '2025-03-01' AND conversation_start < '2025-03-11'"


def test_nothing_personal_is_kept_or_shown(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        shape = at.simulator.settings.shape
        said = b""
        for table in TABLES:
            done = at.run("query", f"SELECT * FROM {table} WHERE {BOUND}", "--format", "jsonl")
            assert done.returncode == 0, done.stderr
            said += done.stdout.encode() + done.stderr.encode()
        days = (FIRST + timedelta(days=n) for n in range(DAYS))
        planted = {value for day in days for value in planted_values(shape, day) if len(value) > 4}
        assert len(planted) > 250
        assert {"tel", "sip", "@"} <= {
            kind for kind in ("tel", "sip", "@") for value in planted if kind in value
        }
        places = {"output": said}
        for path in tmp_path.rglob("*"):
            if path.is_file():
                places[path.name] = path.read_bytes() + _uncompressed(path)
        assert any(name.endswith(".parquet") for name in places)
        # One pass over each place; a value is a value wherever it stands.
        wanted = re.compile(b"|".join(re.escape(v.encode()) for v in sorted(planted)))
        for name, content in places.items():
            assert not wanted.search(content), f"something personal is in {name}"


def _uncompressed(path: Path) -> bytes:
    """What a Parquet file says once it is decompressed."""
    if path.suffix != ".parquet":
        return b""
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT to_json(t)::VARCHAR FROM read_parquet(?) t", [str(path)])
        return "\n".join(row[0] for row in rows.fetchall()).encode()


@pytest.mark.parametrize("name", ["catalogue.sqlite", "jobs.sqlite"])
def test_the_data_directory_is_the_users_own(tmp_path: Path, name: str) -> None:
    with desk(tmp_path) as at:
        assert at.run("query", f"SELECT 1 FROM conversations WHERE {BOUND}").returncode == 0
        assert at.home.stat().st_mode & 0o777 == 0o700
        assert (at.home / name).exists()
