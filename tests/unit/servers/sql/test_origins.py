"""Which column of which table a column of a result is: as PostgreSQL 15 says it where one runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg
import pytest

from tests import postgres_server
from trunkline.servers.postgres.sql import Known, translated
from trunkline.servers.postgres.types import INT4, TEXT

TABLES = {"calls": ("id", "queue", "agent"), "queues": ("queue", "name")}
OIDS = {"calls": 70_001, "queues": 70_002}
# Of each column the table and the column's name there; None for what is computed.
CASES: dict[str, tuple[tuple[str, str] | None, ...]] = {
    "select * from calls": (("calls", "id"), ("calls", "queue"), ("calls", "agent")),
    "select queue, id as number, (agent) from calls": (
        ("calls", "queue"), ("calls", "id"), ("calls", "agent"),
    ),
    "select id + 1, max(queue), id::text from calls group by id": (None, None, None),
    "select c.*, q.name from calls c join queues q on q.queue = c.queue": (
        ("calls", "id"), ("calls", "queue"), ("calls", "agent"), ("queues", "name"),
    ),
    "select * from calls join queues using (queue)": (
        ("calls", "queue"), ("calls", "id"), ("calls", "agent"), ("queues", "name"),
    ),
    "select * from (select agent, id from calls where id > 1) x": (
        ("calls", "agent"), ("calls", "id"),
    ),
    "select x.b from (select id, queue from calls) x (a, b)": (("calls", "queue"),),
    "with x as (select name from queues) select *, 1 from x": (("queues", "name"), None),
    "select queue from calls union all select name from queues": (None,),
    "select (select name from queues limit 1), case when true then id end from calls": (None, None),
    "select * from (values (1, 2)) v": (None, None),
    "table queues": (("queues", "queue"), ("queues", "name")),
    "select id from calls order by 1 limit 1": (("calls", "id"),),
    "select distinct q.queue from queues q, calls": (("queues", "queue"),),
    "select generate_series from generate_series(1, 2)": (None,),
}  # fmt: skip


@dataclass
class Facts:
    """The two tables, with numbers."""

    said: dict[str, str] = field(default_factory=dict)

    def relation(self, schema: str | None, name: str) -> Known | None:
        if schema is not None or name not in TABLES:
            return None
        columns = tuple((column, INT4 if column == "id" else TEXT) for column in TABLES[name])
        return Known("public", name, columns, False, name, OIDS[name])


@pytest.fixture(scope="module")
def control() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    if not postgres_server.INSTALLED:
        pytest.skip("PostgreSQL 15 is not installed: nothing to compare with")
    with (
        postgres_server.running() as home,
        psycopg.connect(host=str(home), user="postgres", dbname="postgres") as connection,
    ):
        connection.execute("CREATE TABLE calls (id int, queue text, agent text)")
        connection.execute("CREATE TABLE queues (queue text, name text)")
        yield connection


@pytest.mark.parametrize("sql", CASES)
def test_a_column_is_found_where_it_comes_from(sql: str) -> None:
    by_number = {
        (OIDS[table], number): (table, column)
        for table, columns in TABLES.items()
        for number, column in enumerate(columns, 1)
    }
    found = translated(sql, Facts()).origins or ((0, 0),) * len(CASES[sql])
    order = sorted if "using" in sql else list  # a merged column comes first in PostgreSQL alone
    assert order(map(repr, map(by_number.get, found))) == order(map(repr, CASES[sql]))


@pytest.mark.parametrize("sql", CASES)
def test_postgresql_says_so(control: psycopg.Connection[tuple[object, ...]], sql: str) -> None:
    result = control.pgconn.exec_(sql.encode())
    asked = control.execute(
        "SELECT c.oid::int, a.attnum::int, c.relname, a.attname FROM pg_class c JOIN pg_attribute a"
        " ON a.attrelid = c.oid WHERE relname IN ('calls', 'queues')"
    )
    names = {(row[0], row[1]): (row[2], row[3]) for row in asked}
    found = [(result.ftable(n), result.ftablecol(n)) for n in range(result.nfields)]
    assert tuple(map(names.get, found)) == CASES[sql]
