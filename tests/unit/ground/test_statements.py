"""The files of named statements can be read, and every statement by SQLite."""

from __future__ import annotations

import re
import sqlite3

import pytest

from trunkline.statements import load

STORES = ["trunkline.jobs", "trunkline.lake"]


@pytest.mark.parametrize("package", STORES)
def test_every_statement_is_understood_by_sqlite(package: str) -> None:
    with sqlite3.connect(":memory:") as database:
        database.executescript(load(package, "schema.sql")["schema"])
        queries = load(package, "queries.sql")
        assert len(queries) > 10
        for name, sql in queries.items():
            parameters = dict.fromkeys(re.findall(r":(\w+)", sql), None)
            database.execute(f"EXPLAIN {sql.rstrip(';')}", parameters).fetchall()
            assert not re.search(r"[{%]", sql), name
    database.close()


def test_a_block_ends_where_the_next_begins_and_keeps_its_comments() -> None:
    assert load("tests.unit.ground.planted", "queries.sql") == {
        "one": "SELECT 1;",
        "two": "-- Why.\nSELECT 2;",
    }


def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"twice.sql: repeated statements \['one'\]"):
        load("tests.unit.ground.planted", "twice.sql")
