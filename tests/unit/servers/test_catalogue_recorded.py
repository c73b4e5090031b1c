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
from tests.record_catalogue import FIXTURE, kept_of

# Types that nothing here has a use for: trees of expressions, arrays of anything, no value at all.
SENT_AS_TEXT = {194, 2277, 2278}
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
    assert types == [25 if type_ in SENT_AS_TEXT else type_ for type_ in recorded["types"]]
    assert kept_of(compared) == wanted
