"""asyncpg: binary values, prepared statements, portals read a part at a time, a pool."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import asyncpg
import pytest

from tests.acceptance.clients.data import KEY, ROW, TABLE
from tests.acceptance.clients.targets import DATABASE, PASSWORD, USER, Target

Asked = Callable[[Any], Awaitable[Any]]


def arguments(target: Target) -> dict[str, Any]:
    return {"host": "127.0.0.1", "port": target.port, "user": USER, "password": PASSWORD,
            "database": DATABASE, "timeout": 20, "ssl": False}  # fmt: skip


def asked(target: Target, ask: Asked) -> Any:
    async def connected() -> Any:
        connection = await asyncpg.connect(**arguments(target))
        try:
            return await ask(connection)
        finally:
            await connection.close()

    return asyncio.run(asyncio.wait_for(connected(), 60))


MINUTE = (datetime(2026, 1, 1), datetime(2026, 1, 1, 0, 1))  # noqa: DTZ001 timestamps without zone
BETWEEN = f"select count(*) from {TABLE} where conversation_start>=$1 and conversation_start<$2"
VALUES = {
    "a number": ("select 1", (), 1),
    "sum of parameters": ("select $1::int + $2::int", (1, 2), 3),
    "times": (BETWEEN, MINUTE, 9),
    "an array given": (
        f"select count(distinct media_type) from {TABLE} where media_type = any($1::text[])",
        (["voice", "chat"],), 2,
    ),
    "an array taken": ("select array['a','b']", (), ["a", "b"]),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_a_value(target: Target, name: str) -> None:
    sql, given, expected = VALUES[name]
    assert asked(target, lambda c: c.fetchval(sql, *given)) == expected


def test_a_row_of_every_type(target: Target) -> None:
    sql = f"select * from {TABLE} where conversation_id=$1"
    found = tuple(asked(target, lambda c: c.fetchrow(sql, KEY)))
    assert found[:15] + found[16:] == ROW[:15] + ROW[16:]
    assert found[15] == pytest.approx(ROW[15])


def test_many_rows(target: Target) -> None:
    assert len(asked(target, lambda c: c.fetch(f"select * from {TABLE} limit 5000"))) == 5000


def test_a_cursor_reads_a_part_at_a_time(target: Target) -> None:
    async def ask(connection: Any) -> int:
        async with connection.transaction():
            rows = connection.cursor(f"select * from {TABLE} limit 3000", prefetch=500)
            return len([row async for row in rows])

    assert asked(target, ask) == 3000


def test_a_prepared_statement_tells_its_types(target: Target) -> None:
    async def ask(connection: Any) -> tuple[list[str], list[str], list[int]]:
        sql = f"select n_transfers, cost from {TABLE} where t_handle_ms=$1 order by 1 limit 1"
        prepared = await connection.prepare(sql)
        columns = [column.type.name for column in prepared.get_attributes()]
        given = [parameter.name for parameter in prepared.get_parameters()]
        return columns, given, [await prepared.fetchval(37), await prepared.fetchval(74)]

    assert asked(target, ask) == (["int4", "numeric"], ["int8"], [1, 2])


def test_an_unknown_table(target: Target) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        asked(target, lambda c: c.fetch("select * from no_such_table_x"))


def test_rows_are_copied(target: Target) -> None:
    written = io.BytesIO()
    sql = f"select * from {TABLE} limit 100"
    asked(target, lambda c: c.copy_from_query(sql, output=written, format="csv"))
    assert written.getvalue().count(b"\n") == 100


def test_a_query_out_of_time_is_cancelled(target: Target) -> None:
    async def ask(connection: Any) -> Any:
        with pytest.raises(TimeoutError):
            await connection.fetch(target.endless, timeout=0.5)
        return await connection.fetchval("select 2")

    assert asked(target, ask) == 2


def test_a_pool_resets_its_connections(target: Target) -> None:
    async def ask() -> list[Any]:
        async with asyncpg.create_pool(**arguments(target), min_size=2, max_size=4) as pool:
            wanted = (pool.fetchval("select $1::int", number) for number in range(20))
            return await asyncio.gather(*wanted)

    assert asyncio.run(asyncio.wait_for(ask(), 60)) == list(range(20))
