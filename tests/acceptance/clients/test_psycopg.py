"""psycopg 3: text and binary, prepared, pipelined, by cursor, copied, cancelled."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.acceptance.clients.data import KEY, NULLS, NULLS_KEY, ROW, TABLE
from tests.acceptance.clients.targets import DATABASE, Target

MINUTE = (datetime(2026, 1, 1), datetime(2026, 1, 1, 0, 1))  # noqa: DTZ001 timestamps without zone
Connection = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture
def connection(target: Target) -> Iterator[Connection]:
    with target.connect() as opened:
        yield opened


def one(connection: Connection, sql: str, *parameters: object, binary: bool = False) -> Any:
    row = connection.execute(sql, parameters, binary=binary).fetchone()
    assert row is not None
    return row


def test_the_server_says_what_it_is(connection: Connection) -> None:
    info = connection.info
    assert info.server_version // 10000 == 15
    assert info.dbname == DATABASE
    wanted = {"server_encoding": "UTF8", "DateStyle": "ISO, MDY", "integer_datetimes": "on",
              "standard_conforming_strings": "on"}  # fmt: skip
    assert {name: info.parameter_status(name) for name in wanted} == wanted


@pytest.mark.parametrize("binary", [False, True])
def test_a_row_of_every_type(connection: Connection, *, binary: bool) -> None:
    found = one(connection, f"select * from {TABLE} where conversation_id=%s", KEY, binary=binary)
    assert found[:15] + found[16:] == ROW[:15] + ROW[16:]
    assert found[15] == pytest.approx(ROW[15])
    assert [type(value) for value in found] == [type(value) for value in ROW]


@pytest.mark.parametrize("binary", [False, True])
def test_nulls_are_where_they_are(connection: Connection, *, binary: bool) -> None:
    asked = f"select * from {TABLE} where conversation_id='{NULLS_KEY}'"
    found = one(connection, asked, binary=binary)
    assert tuple(place for place, value in enumerate(found) if value is None) == NULLS


def test_parameters_come_back(connection: Connection) -> None:
    given = (1, "o'k", date(2026, 1, 2), True, 1.5, Decimal("1.50"), None)
    asked = "select %s::int, %s::text, %s::date, %s::bool, %s::float8, %s::numeric, %s::text"
    assert one(connection, asked, *given) == given


def test_parameters_bound_an_interval(connection: Connection) -> None:
    asked = f"select count(*) from {TABLE} where conversation_start>=%s and conversation_start<%s"
    assert one(connection, asked, *MINUTE) == (9,)


def test_a_list_is_an_array(connection: Connection) -> None:
    asked = f"select count(distinct media_type) from {TABLE} where media_type = any(%s)"
    assert one(connection, asked, ["voice", "chat"]) == (2,)


def test_a_statement_is_prepared_once_and_used_again(connection: Connection) -> None:
    asked = f"select n_transfers from {TABLE} where t_handle_ms=%s order by conversation_start"
    for given in (37, 74, 37):
        row = connection.execute(asked, (given,), prepare=True).fetchone()
        assert row == (given // 37,)


def test_statements_go_through_a_pipeline(connection: Connection) -> None:
    with connection.pipeline():
        first, second = connection.execute("select 1"), connection.execute("select 2")
    assert (first.fetchone(), second.fetchone()) == ((1,), (2,))
    with connection.cursor() as cursor:
        cursor.executemany("select %s::int", [(i,) for i in range(20)], returning=True)
        assert [results.fetchall() for results in cursor.results()] == [[(i,)] for i in range(20)]


def test_rows_come_through_a_declared_cursor(target: Target) -> None:
    with target.connect(autocommit=False) as opened, opened.cursor(name="read") as cursor:
        cursor.itersize = 500
        cursor.execute(f"select * from {TABLE} limit 2000")
        assert sum(1 for _ in cursor) == 2000


def test_rows_come_one_by_one(connection: Connection) -> None:
    with connection.cursor() as cursor:
        assert sum(1 for _ in cursor.stream(f"select * from {TABLE} limit 2000")) == 2000


@pytest.mark.parametrize(
    ("format_", "lines"), [("", 2000), (" with (format csv, header true)", 2001)]
)
def test_rows_are_copied(connection: Connection, format_: str, lines: int) -> None:
    asked = f"copy (select * from {TABLE} limit 2000) to stdout{format_}"
    with connection.cursor() as cursor, cursor.copy(asked) as copied:
        assert b"".join(map(bytes, copied)).count(b"\n") == lines


def test_rows_are_copied_in_binary(connection: Connection) -> None:
    rows = f"select n_transfers, cost, day, agent_name from {TABLE} where conversation_id = '{KEY}'"
    asked = f"copy ({rows}) to stdout (format binary)"
    with connection.cursor() as cursor, cursor.copy(asked) as copied:
        copied.set_types(["int4", "numeric", "date", "text"])
        assert list(copied.rows()) == [(1, Decimal("0.0100"), date(2026, 1, 1), "Agent Ñame 1")]


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ("select * from no_such_table_x", psycopg.errors.UndefinedTable),
        ("select no_such_column_x from conversations", psycopg.errors.UndefinedColumn),
        ("select no_such_function_x(1)", psycopg.errors.UndefinedFunction),
        ("selec 1", psycopg.errors.SyntaxError),
        ("select 'x'::int", psycopg.errors.InvalidTextRepresentation),
        ("select 1/0", psycopg.errors.DivisionByZero),
    ],
)
def test_an_error_has_its_code(
    connection: Connection, asked: str, error: type[psycopg.Error]
) -> None:
    with pytest.raises(error):
        connection.execute(asked)
    assert one(connection, "select 1") == (1,)


def test_a_transaction_has_its_states(target: Target) -> None:
    with target.connect(autocommit=False) as opened:
        assert one(opened, "select 1") == (1,)
        assert opened.info.transaction_status.name == "INTRANS"
        with pytest.raises(psycopg.errors.UndefinedColumn):
            opened.execute("select bad_column_x")
        assert opened.info.transaction_status.name == "INERROR"
        with pytest.raises(psycopg.errors.InFailedSqlTransaction):
            opened.execute("select 1")
        opened.rollback()
        assert one(opened, "select 2") == (2,)


def test_a_savepoint_takes_back_an_error(target: Target) -> None:
    with target.connect(autocommit=False) as opened, opened.transaction():
        with pytest.raises(psycopg.errors.UndefinedColumn), opened.transaction():
            opened.execute("select bad_column_x")
        assert one(opened, "select 1") == (1,)


def test_several_statements_in_one_text(connection: Connection) -> None:
    cursor = connection.execute("select 1; select 2")
    assert [results.fetchall() for results in cursor.results()] == [[(1,)], [(2,)]]


def test_nothing_asked_is_nothing_answered(connection: Connection) -> None:
    assert connection.execute("").description is None


def test_settings_are_set_and_shown(connection: Connection) -> None:
    connection.execute("set application_name='x'")
    connection.execute("set statement_timeout=10000")
    connection.execute("set extra_float_digits=3")
    assert connection.info.parameter_status("application_name") == "x"
    shown = {"statement_timeout": "10s", "transaction isolation level": "read committed",
             "standard_conforming_strings": "on"}  # fmt: skip
    for name, value in shown.items():
        assert one(connection, f"show {name}") == (value,)


def test_a_time_limit_ends_a_query(target: Target) -> None:
    with target.connect() as opened:
        opened.execute("set statement_timeout=500")
        with pytest.raises(psycopg.errors.QueryCanceled):
            opened.execute(target.endless)
        assert one(opened, "select 1") == (1,)


@pytest.mark.parametrize("tls", ["disable", "require"])
def test_a_query_is_cancelled(target: Target, tls: str) -> None:
    with target.connect(sslmode=tls) as opened:
        asked = threading.Timer(0.5, opened.cancel)
        asked.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            opened.execute(target.endless)
        asked.join()
        assert one(opened, "select 1") == (1,)


def test_many_connections_at_once(target: Target) -> None:
    def ask(number: int) -> tuple[int, int]:
        with target.connect() as opened:
            asked = f"select count(*), %s::int from {TABLE} where n_transfers=%s"
            found: tuple[int, int] = one(opened, asked, number, number)
            return found

    with ThreadPoolExecutor(16) as threads:
        found = sorted(threads.map(ask, range(32)), key=lambda row: row[1])
    assert [number for _, number in found] == list(range(32))
    assert all(count in (66, 67) for count, _ in found)


def test_a_wrong_password_is_refused(target: Target) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        target.connect(password="wrong")


def test_a_password_is_proved_by_scram_over_tls(target: Target) -> None:
    with target.connect(sslmode="require", require_auth="scram-sha-256") as opened:
        assert opened.pgconn.ssl_in_use


def test_the_servers_certificate_is_bound_to_the_password(target: Target) -> None:
    with target.connect(sslmode="require", channel_binding="require") as opened:
        assert one(opened, "select 1") == (1,)


def test_the_first_row_comes_before_the_last(target: Target) -> None:
    with target.connect() as opened:
        rows = opened.cursor().stream(f"select a.* from {TABLE} a, {TABLE} b")
        assert len(next(iter(rows))) == len(ROW)
        opened.cancel()
        rows.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("zone", ["UTC+3", "-5", "+5", "<+03>-3", "EST5EDT", "europe/berlin"])
def test_a_zone_of_a_session_is_what_postgresql_takes_it_for(
    connection: Connection, zone: str
) -> None:
    connection.execute(f"SET timezone TO '{zone}'")
    shown = {
        "UTC+3": ("UTC+3", "2026-01-14 21:00:00-03"),
        "-5": ("<-05>+05", "2026-01-14 19:00:00-05"),
        "+5": ("<+05>-05", "2026-01-15 05:00:00+05"),
        "<+03>-3": ("<+03>-3", "2026-01-15 03:00:00+03"),
        "EST5EDT": ("EST5EDT", "2026-01-14 19:00:00-05"),
        "europe/berlin": ("Europe/Berlin", "2026-01-15 01:00:00+01"),
    }[zone]
    found = one(connection, "select (timestamptz '2026-01-15 00:00Z')::text")
    assert (one(connection, "show timezone")[0], found[0]) == shown


def test_a_zone_that_is_a_parameter_has_the_sign_that_a_constant_has(
    connection: Connection,
) -> None:
    asked = "select (timestamptz '2026-07-15 12:00Z') at time zone %s"
    hours = {"UTC+3": 9, "+02": 10, "PST": 4, "CEST": 14, "Europe/Berlin": 14, "-05": 17}
    found = {zone: one(connection, asked, zone)[0] for zone in hours}
    assert found == {zone: datetime(2026, 7, 15, hour) for zone, hour in hours.items()}  # noqa: DTZ001
    with pytest.raises(errors.InvalidParameterValue, match="not recognized"):
        one(connection, asked, "Nowhere/Land")


def test_a_moment_that_there_is_not_is_told_apart_from_a_number_too_large(
    connection: Connection,
) -> None:
    for wrong in ("date '2026-02-30'", "timestamp '2026-01-01 25:00'", "make_date(2026, 13, 1)",
                  "date '2026-01-01' + 2147483647", "interval '1 year' * 1e12"):  # fmt: skip
        with pytest.raises(errors.DatetimeFieldOverflow):
            connection.execute(f"select {wrong}")
    with pytest.raises(errors.InvalidDatetimeFormat):
        connection.execute("select date 'tomorrow, or so'")
    with pytest.raises(errors.NumericValueOutOfRange):
        connection.execute("select 2147483647 + 1")
