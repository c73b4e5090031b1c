"""What clients ask a PostgreSQL about itself, answered as a real one answered it.

The fixture is written by ``tests.record_catalogue``: statements of psql, pgjdbc, psqlodbc, DBeaver,
SQLAlchemy, asyncpg and Npgsql, with the answers of a PostgreSQL 15 that has the same relations.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests import catalogue_world as world
from tests.catalogue_asking import Asking, asking
from tests.record_catalogue import BINARY, FIXTURE, kept_of

RECORDED: list[dict[str, Any]] = json.loads(FIXTURE.read_text())


@pytest.fixture(scope="module")
def ours() -> Iterator[Asking]:
    with asking(world.RELATIONS) as found:
        yield found


@pytest.mark.parametrize(
    "recorded", RECORDED, ids=[f"{n}-{one['client']}" for n, one in enumerate(RECORDED)]
)
def test_an_answer_is_postgresqls(ours: Asking, recorded: dict[str, Any]) -> None:
    names, types, rows = ours.ask(recorded["sql"], recorded["values"])
    compared = world.compared(names, rows, ours.oids)
    wanted = {key: recorded[key] for key in recorded.keys() & {"rows", "count", "hash", "ours"}}
    assert names == recorded["names"]
    assert types == recorded["types"]
    assert kept_of(compared) == wanted


@pytest.mark.parametrize("sql", json.loads(BINARY.read_text()))
def test_types_of_the_catalogue_in_binary(ours: Asking, sql: str) -> None:
    recorded = json.loads(BINARY.read_text())[sql]
    assert [
        [None if cell is None else cell.hex() for cell in row] for row in ours.sent(sql)
    ] == recorded
