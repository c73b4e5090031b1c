"""Aggregates and what is now over the wire, as a client of PostgreSQL meets them."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.acceptance.commands import desk
from tests.acceptance.wire import served

DAY = "interval_start >= '2025-03-03' AND interval_start < '2025-03-04'"


def test_what_is_now_is_asked_for_unless_nothing_may_be(tmp_path: Path) -> None:
    with desk(tmp_path) as found, served(found) as server:
        with server.connect() as connection:
            first = connection.execute("SELECT max(observed_at) FROM queue_observations").fetchone()
            again = connection.execute("SELECT max(observed_at) FROM queue_observations").fetchone()
            assert first
            assert again
            assert again[0] > first[0]
            both = connection.execute(
                "SELECT count(DISTINCT queue_id) FROM queue_observations"
                f" JOIN queue_intervals USING (queue_id) WHERE {DAY}"
            ).fetchone()
            assert both
            assert both[0] > 0
        with server.connect() as connection:
            connection.execute("SET trunkline.fetch = off")
            with pytest.raises(psycopg.Error, match="it tells what is now, is never held"):
                connection.execute("SELECT * FROM queue_observations")
