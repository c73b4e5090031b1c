"""Instants that are made of text and of numbers, by the clock of the session's zone."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from tests.dialect_rows import Catalogue
from tests.postgres_client import Client
from tests.postgres_server import INSTALLED, PORT, running
from trunkline.servers.postgres.sql import translated

pytestmark = pytest.mark.skipif(not INSTALLED, reason="no PostgreSQL 15 here")

ZONES = ("America/New_York", "Asia/Kolkata", "Europe/Berlin", "Australia/Lord_Howe", "UTC")
MADE = (
    "to_timestamp('2026-03-01 12:00', 'YYYY-MM-DD HH24:MI')",
    "to_timestamp('01/07/2026 1:05 PM', 'DD/MM/YYYY HH12:MI AM')",
    "to_timestamp('20260308023000.5', 'YYYYMMDDHH24MISS.US')",
    "to_timestamp(1770000000.25)",
    "to_date('20260301', 'YYYYMMDD')::timestamptz",
    "make_timestamptz(2026, 7, 1, 12, 0, 1.5)",
    "make_timestamptz(2026, 7, 1, 12, 0, 1.5, 'Asia/Tokyo')",
    "make_timestamptz(2026, 10, 25, 2, 30, 0)",  # which some clocks show twice
    "make_timestamptz(2026, 3, 29, 2, 30, 0)",  # and none, here and there
    "make_timestamptz(2026, 7, 1, 24, 0, 0)",
    "make_timestamptz(2026, null, 1, 12, 0, 1.5)",
    "make_timestamp(2026, 7, 1, 12, 0, 1.5)::timestamptz",
)


@pytest.fixture(scope="module")
def server() -> Iterator[Client]:
    with running() as directory, Client(directory, PORT) as client:
        yield client


@pytest.mark.parametrize("zone", ZONES)
def test_an_instant_that_is_made_is_postgresqls(server: Client, zone: str) -> None:
    asked = ", ".join(f"extract(epoch from {made})::numeric(20, 6)" for made in MADE)
    server.simple(f"SET timezone = '{zone}'")
    ((*theirs,),) = server.simple(f"SELECT {asked}").rows
    with duckdb.connect() as connection:
        connection.execute(f"SET TimeZone = '{zone}'")
        found = connection.execute(translated(f"SELECT {asked}", Catalogue()).sql).fetchone()
    assert found is not None
    ours = [None if one is None else str(one).encode() for one in found]
    assert dict(zip(MADE, ours, strict=True)) == dict(zip(MADE, theirs, strict=True))
