"""SQLAlchemy over psycopg and psycopg2: reflection, and queries over what it reflected."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
import sqlalchemy as sa

from tests.acceptance.clients.data import COLUMNS, TABLE
from tests.acceptance.clients.targets import DATABASE, PASSWORD, SCHEMA, USER, Target

TYPES = {
    "uuid": "UUID", "text": "TEXT", "timestamp": "TIMESTAMP", "date": "DATE", "bigint": "BIGINT",
    "integer": "INTEGER", "smallint": "SMALLINT", "double precision": "DOUBLE PRECISION",
    "numeric(18,4)": "NUMERIC(18, 4)", "boolean": "BOOLEAN", "timestamptz": "TIMESTAMP",
}  # fmt: skip


@pytest.fixture(params=["psycopg", "psycopg2"])
def engine(target: Target, request: pytest.FixtureRequest) -> Iterator[sa.Engine]:
    address = f"127.0.0.1:{target.port}/{DATABASE}"
    url = f"postgresql+{request.param}://{USER}:{PASSWORD}@{address}"
    made = sa.create_engine(url, connect_args={"connect_timeout": 20})
    yield made
    made.dispose()


def test_names_are_found(engine: sa.Engine) -> None:
    found = sa.inspect(engine)
    assert SCHEMA in found.get_schema_names()
    assert {TABLE, "agents"} <= set(found.get_table_names(schema=SCHEMA))
    assert found.get_view_names(schema=SCHEMA) == ["v_daily"]


def test_columns_have_their_types(engine: sa.Engine) -> None:
    found = sa.inspect(engine).get_columns(TABLE, schema=SCHEMA)
    assert {c["name"]: str(c["type"]) for c in found} == {n: TYPES[t] for n, t in COLUMNS.items()}
    assert all(column["nullable"] for column in found)


def test_keys_and_indexes_are_asked_for(engine: sa.Engine) -> None:
    found = sa.inspect(engine)
    assert found.get_pk_constraint(TABLE, schema=SCHEMA)["constrained_columns"] == []
    assert found.get_foreign_keys(TABLE, schema=SCHEMA) == []
    assert found.get_indexes(TABLE, schema=SCHEMA) == []


def test_a_reflected_table_is_queried(engine: sa.Engine) -> None:
    table = sa.Table(TABLE, sa.MetaData(), autoload_with=engine, schema=SCHEMA)
    medium, start = table.c.media_type, table.c.conversation_start
    query = (
        sa.select(medium, sa.func.count(), sa.func.avg(table.c.t_handle_ms))
        .where(start >= datetime(2026, 1, 1))  # noqa: DTZ001 a timestamp without a zone
        .group_by(medium)
        .order_by(medium)
    )
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    assert [row[0] for row in rows] == ["callback", "chat", "email", "message", "voice"]
    assert [row[1] for row in rows] == [4000] * 5


def test_text_has_named_parameters(engine: sa.Engine) -> None:
    query = sa.text(f"select * from {TABLE} where t_handle_ms >= :least limit 10")
    with engine.connect() as connection:
        rows = connection.execute(query, {"least": 37}).all()
    assert (len(rows), len(rows[0])) == (10, 20)
