"""A year over the wire: fetched with notices, stopped, gone on with; sessions and cursors."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.acceptance.commands import PATIENCE, SMALL, desk
from tests.acceptance.wire import COUNT_MARCH, MARCH, YEAR, Served, served, wait_until
from trunkline_simulator.truth import expected_rows

HELD = f"SELECT conversation_id, conversation_start FROM conversations WHERE {MARCH} ORDER BY 1"
SLOW = replace(SMALL, queued_seconds=2.0, pending_seconds=2.0)
ENDLESS = (
    "SELECT count(*) FROM conversations c, range(10000000) a(x), range(10000) b(y) "
    f"WHERE {MARCH} AND (x * 7 + y) % 3 = 1"
)


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that has March."""
    with desk(tmp_path_factory.mktemp("serve")) as found, served(found) as server:
        server.rows(COUNT_MARCH)
        yield server


def truth(table: str, first: date, last: date) -> list[dict[str, Any]]:
    return expected_rows(SMALL, table, first, last, datetime.now(UTC))


def test_it_says_where_it_listens_and_who_may_come_in(at: Served) -> None:
    assert at.first_line == (
        f"listening on 127.0.0.1:{at.port} for clients of PostgreSQL, without TLS; "
        "no users: this machine alone is let in, without a password\n"
    )


def test_without_users_it_listens_nowhere_else(tmp_path: Path) -> None:
    with desk(tmp_path) as found:
        done = found.run("serve", "--host", "0.0.0.0", "--port", "0")  # noqa: S104
    assert done.returncode == 2
    assert "without users the server listens on this machine alone" in done.stderr
    assert "trunkline users add" in done.stderr


def test_a_year_that_is_not_held_is_fetched_with_notices(tmp_path: Path) -> None:
    with desk(tmp_path, SLOW) as found, served(found) as server:
        done = server.psql(f"SELECT count(*) FROM conversations WHERE {YEAR}")
        want = len(truth("conversations", date(2025, 1, 1), date(2025, 12, 31)))
        assert (done.returncode, done.stdout) == (0, f"{want}\n")
        assert "NOTICE:  fetching: 0 of 12 jobs" in done.stderr
        submitted = found.asked("POST", "/details/jobs")
        assert submitted == 12
        again = server.psql(f"SELECT count(*) FROM conversations WHERE {YEAR}")
        assert (again.stdout, again.stderr) == (done.stdout, "")
        assert found.asked("POST", "/details/jobs") == submitted


def test_a_fetch_is_cancelled_in_the_middle_and_gone_on_with(tmp_path: Path) -> None:
    with desk(tmp_path, SLOW) as found, served(found) as server:
        query = f"SELECT count(*) FROM conversations WHERE {YEAR}"
        with server.connect() as connection:
            timer = threading.Timer(3.0, connection.cancel_safe)
            timer.start()
            with pytest.raises(errors.QueryCanceled, match="due to user request"):
                connection.execute(query)
            timer.join()
            assert connection.execute("SELECT 1").fetchall() == [(1,)]
            before = found.asked("POST", "/details/jobs")
            assert before == 12
            want = len(truth("conversations", date(2025, 1, 1), date(2025, 12, 31)))
            assert connection.execute(query).fetchall() == [(want,)]
            assert found.asked("POST", "/details/jobs") == before


def test_two_that_want_the_same_days_fetch_them_once(tmp_path: Path) -> None:
    with desk(tmp_path) as found, served(found) as server, ThreadPoolExecutor(6) as many:
        counts = list(many.map(lambda _: server.rows(COUNT_MARCH), range(6)))
        want = len(truth("conversations", date(2025, 3, 1), date(2025, 3, 31)))
        assert counts == [[(want,)]] * 6
        assert found.asked("POST", "/details/jobs") == 1


def test_others_are_answered_while_one_fetches(tmp_path: Path) -> None:
    with desk(tmp_path, SLOW) as found, served(found) as server, ThreadPoolExecutor(1) as one:
        server.rows(COUNT_MARCH)
        fetching = one.submit(server.rows, f"SELECT count(*) FROM conversations WHERE {YEAR}")
        wait_until(lambda: found.asked("POST", "/details/jobs") > 1)
        assert server.rows(COUNT_MARCH) == [
            (len(truth("conversations", date(2025, 3, 1), date(2025, 3, 31))),)
        ]
        assert not fetching.done()
        fetching.result(PATIENCE)


def test_fetch_off_answers_from_what_is_held(at: Served) -> None:
    requests = at.at.requests
    told: list[str | None] = []
    with at.connect() as connection:
        connection.add_notice_handler(lambda notice: told.append(notice.message_primary))
        connection.execute("SET trunkline.fetch = off")
        (held,) = connection.execute("SELECT count(*) FROM conversations").fetchall()
        (year,) = connection.execute(f"SELECT count(*) FROM conversations WHERE {YEAR}").fetchall()
    assert held == year == (len(truth("conversations", date(2025, 3, 1), date(2025, 3, 31))),)
    assert any("which holds conversation_details 2025-03-01 to 2025-03-31" in str(t) for t in told)
    assert at.at.requests == requests


def test_a_query_without_bounds_is_answered_from_what_is_held(at: Served) -> None:
    done = at.psql("SELECT count(*) > 0 FROM conversations")
    assert done.stdout == "t\n"
    assert "nothing was requested" in done.stderr


def test_an_older_snapshot_is_read_as_of(at: Served) -> None:
    done = at.psql("SET trunkline.as_of = 0", COUNT_MARCH, "RESET trunkline.as_of", COUNT_MARCH)
    first, last = (line for line in done.stdout.splitlines() if line.isdigit())
    assert first == "0"
    assert int(last) == len(truth("conversations", date(2025, 3, 1), date(2025, 3, 31)))


def test_the_certificate_of_the_last_query_is_json(at: Served) -> None:
    with at.connect() as connection:
        connection.execute(COUNT_MARCH)
        ((text,),) = connection.execute("SHOW trunkline.certificate").fetchall()
    assert json.loads(text)["complete"] is True


def test_explain_says_what_would_be_fetched(at: Served) -> None:
    requests = at.at.requests
    lines = [line for (line,) in at.rows("EXPLAIN " + COUNT_MARCH.replace("2025", "2024"))]
    assert any("31 wanted, 31 to fetch" in line for line in lines)
    assert at.at.requests == requests


def test_rows_are_the_same_in_text_and_in_binary(at: Served) -> None:
    with at.connect() as connection:
        text = connection.execute(HELD).fetchall()
        binary = connection.cursor(binary=True).execute(HELD).fetchall()
    want = truth("conversations", date(2025, 3, 1), date(2025, 3, 31))
    assert text == binary
    assert text == sorted((row["conversation_id"], row["conversation_start"]) for row in want)


def test_parameters_bound_a_query(at: Served) -> None:
    sql = (
        "SELECT count(*) FROM conversations "
        "WHERE conversation_start >= %s AND conversation_start < %s"
    )
    assert at.rows(sql, date(2025, 3, 1), date(2025, 4, 1)) == at.rows(COUNT_MARCH)


def test_a_cursor_goes_forward_in_its_transaction(at: Served) -> None:
    every = at.rows(HELD)
    with psycopg.connect(at.conninfo()) as connection:
        with connection.cursor(name="steps") as cursor:
            cursor.itersize = 7
            assert list(cursor.execute(HELD)) == every
        connection.execute(f"DECLARE c CURSOR FOR {HELD}")
        assert connection.execute("FETCH 2 FROM c").fetchall() == every[:2]
        assert connection.execute("MOVE 3 IN c").statusmessage == "MOVE 3"
        assert connection.execute("FETCH NEXT FROM c").fetchall() == every[5:6]
        with pytest.raises(errors.ObjectNotInPrerequisiteState, match="only scan forward"):
            connection.execute("FETCH PRIOR FROM c")
        connection.rollback()
        with pytest.raises(errors.InvalidCursorName):
            connection.execute("FETCH 1 FROM c")


def test_a_cursor_with_hold_outlives_its_transaction(at: Served) -> None:
    every = at.rows(HELD)
    with at.connect() as connection:
        connection.execute(f"DECLARE kept CURSOR WITH HOLD FOR {HELD}")
        assert connection.execute("FETCH 1 FROM kept").fetchall() == every[:1]
        assert connection.execute("FETCH ALL FROM kept").fetchall() == every[1:]
        assert connection.execute("CLOSE kept").statusmessage == "CLOSE CURSOR"


def test_what_a_transaction_set_is_undone_with_it(at: Served) -> None:
    with at.connect() as connection:
        connection.execute("SET TimeZone = 'Europe/Berlin'")
        connection.execute("BEGIN")
        connection.execute("SET TimeZone = 'Asia/Tokyo'")
        connection.execute("SAVEPOINT a")
        connection.execute("SET LOCAL TimeZone = 'America/New_York'")
        with pytest.raises(errors.UndefinedTable):
            connection.execute("SELECT * FROM nothing_of_the_kind")
        with pytest.raises(errors.InFailedSqlTransaction):
            connection.execute("SELECT 1")
        connection.execute("ROLLBACK TO a")
        assert connection.execute("SHOW TimeZone").fetchall() == [("Asia/Tokyo",)]
        assert connection.info.parameter_status("TimeZone") == "Asia/Tokyo"
        connection.execute("ROLLBACK")
        assert connection.info.parameter_status("TimeZone") == "Europe/Berlin"


def test_now_is_one_instant_of_a_transaction(at: Served) -> None:
    with psycopg.connect(at.conninfo()) as connection:
        first = connection.execute("SELECT now()").fetchall()
        time.sleep(0.01)
        assert connection.execute("SELECT now()").fetchall() == first
        connection.commit()
        assert connection.execute("SELECT now()").fetchall() != first


@pytest.mark.parametrize(
    ("sql", "state", "position"),
    [
        ("SELEC 1", "42601", "1"),
        ("SELECT * FROM nothing_of_the_kind", "42P01", "15"),
        ("SELECT nothing_of_the_kind FROM conversations", "42703", "8"),
        ("SELECT 1; SELECT nothing_of_the_kind FROM conversations", "42703", "18"),
        ("INSERT INTO conversations VALUES (1)", "25006", None),
        ("DROP TABLE conversations", "25006", None),
        ("COPY conversations TO '/tmp/file'", "42501", None),
        ("SET no_such_setting = 1", "42704", None),
        ("SET client_encoding = 'LATIN1'", "22023", None),
        ("SET TimeZone = 'Nowhere/Else'", "22023", None),
        ("SET trunkline.fetch = 'perhaps'", "22023", None),
        ("FETCH 1 FROM nothing", "34000", None),
        ("SELECT set_config('role', 'postgres', false)", "42501", None),
        ("SELECT 1.0 / 0", "22012", None),
        ("SELECT count(*) / 0.0 FROM conversations", "22012", None),
        ("SELECT sum(t_talk_ms)::float8 / 0 FROM participants", "22012", None),
        ("SELECT '12.5'::int", "22P02", None),
        ("EXECUTE nothing", "26000", None),
        ("SAVEPOINT a", "25P01", None),
    ],
)
def test_errors_have_postgresqls_codes(
    at: Served, sql: str, state: str, position: str | None
) -> None:
    with at.connect() as connection:
        with pytest.raises(psycopg.Error) as raised:
            connection.execute(sql)
        assert raised.value.diag.sqlstate == state
        if position:
            assert raised.value.diag.statement_position == position
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_what_reads_no_table_has_the_zone_of_the_session(at: Served) -> None:
    """Clocks are changed in Berlin on 29 March 2026: values are PostgreSQL 15's."""
    march = "SELECT d::text FROM generate_series(timestamptz '2026-03-28', '2026-03-30', '1 day') d"
    with at.connect() as connection:
        connection.execute("SET TimeZone = 'Europe/Berlin'")
        assert connection.execute(march).fetchall() == [
            ("2026-03-28 00:00:00+01",), ("2026-03-29 00:00:00+01",), ("2026-03-30 00:00:00+02",),
        ]  # fmt: skip
        written = connection.execute("SELECT (timestamptz '2026-10-25 12:00')::text").fetchall()
        assert written == [("2026-10-25 12:00:00+01",)]
        connection.execute("SET TimeZone = 'UTC'")
        written = connection.execute("SELECT (timestamptz '2026-10-25 12:00')::text").fetchall()
        assert written == [("2026-10-25 12:00:00+00",)]


def test_a_day_of_23_hours_has_23_hours(at: Served) -> None:
    spent = (
        "SELECT (max(conversation_start) + interval '1 day')::text, "
        "(timestamptz '2026-03-30' - timestamptz '2026-03-29' "
        "+ 0 * (max(conversation_start) - min(conversation_start)))::text FROM conversations"
    )
    with at.connect() as connection:
        connection.execute("SET TimeZone = 'Europe/Berlin'")
        ((_, hours),) = connection.execute(spent).fetchall()
        assert hours == "23:00:00"


def test_a_quotient_of_numbers_alone_is_a_number(at: Served) -> None:
    assert at.rows("SELECT 10.00 / 4, round(1.15 / 2, 2)::text") == [(2.5, "0.58")]


def test_rows_are_copied_out(at: Served) -> None:
    copied = at.psql(f"COPY ({HELD} LIMIT 2) TO STDOUT WITH (FORMAT csv, HEADER)")
    lines = copied.stdout.splitlines()
    assert lines[0] == "conversation_id,conversation_start"
    assert len(lines) == 3
    with (
        at.connect() as connection,
        connection.cursor() as cursor,
        cursor.copy(f"COPY ({HELD}) TO STDOUT (FORMAT binary)") as copy,
    ):
        copy.set_types(["text", "timestamptz"])
        assert list(copy.rows()) == at.rows(HELD)


@pytest.mark.parametrize("sql", [ENDLESS, "SELECT count(*) FROM range(4000000000) a, range(99) b"])
@pytest.mark.parametrize("limit", ["1ms", "20ms", "300ms"])
def test_statements_have_their_time(at: Served, sql: str, limit: str) -> None:
    with at.connect() as connection:
        connection.execute(f"SET statement_timeout = '{limit}'")
        with pytest.raises(errors.QueryCanceled, match="statement timeout"):
            connection.execute(sql)
        connection.execute("RESET statement_timeout")
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_query_is_cancelled(at: Served) -> None:
    with at.connect() as connection:
        timer = threading.Timer(0.5, connection.cancel_safe)
        timer.start()
        with pytest.raises(errors.QueryCanceled, match="user request"):
            connection.execute(ENDLESS)
        timer.join()
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_temporary_tables_are_the_sessions_own(at: Served) -> None:
    with at.connect() as connection:
        connection.execute("CREATE TEMPORARY TABLE t (a int, b text)")
        connection.execute("INSERT INTO t VALUES (1, 'x'), (2, NULL)")
        assert connection.execute("SELECT * FROM t ORDER BY a").fetchall() == [(1, "x"), (2, None)]
        with pytest.raises(errors.UndefinedTable):
            at.rows("SELECT * FROM t")
        connection.execute("DROP TABLE t")
        with pytest.raises(errors.UndefinedTable):
            connection.execute("SELECT * FROM t")


def test_it_stops_when_it_is_asked_to_and_tells_its_clients(tmp_path: Path) -> None:
    with desk(tmp_path) as found, served(found) as server, server.connect() as connection:
        connection.execute("SELECT 1")
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(PATIENCE)
        assert server.process.returncode == 5
        assert server.process.stderr is not None
        told = server.process.stderr.read()
        assert "stopped on request" in told
        assert "Clients were disconnected" in told
        assert "Run the same query" not in told
        with pytest.raises(errors.AdminShutdown):
            connection.execute("SELECT 1")


def test_it_keeps_the_last_days_fresh_where_it_is_asked_to(tmp_path: Path) -> None:
    with desk(tmp_path) as found, served(found, "--sync") as server:
        assert server.process.stdout is not None
        server.process.stdout.readline()  # how to try it with psql
        assert " ok: 8 days fetched, " in server.process.stdout.readline()
        assert found.run("status").returncode == 0
        submitted = found.asked("POST", "/details/jobs")
        recent = (
            "SELECT count(*) FROM conversations "
            "WHERE conversation_start >= now() - INTERVAL '2 days'"
        )
        told = server.psql("SET trunkline.fetch = off", recent)
        assert int(told.stdout.splitlines()[-1]) > 0
        assert found.asked("POST", "/details/jobs") == submitted


def test_it_goes_on_without_a_provider_that_refuses(tmp_path: Path) -> None:
    with desk(tmp_path) as found:
        found.environment["GENESYS_CLIENT_SECRET"] = "wrong"
        with served(found, "--sync") as server:
            assert server.rows("SELECT 1") == [(1,)]
            with pytest.raises(errors.FdwError):
                server.rows(COUNT_MARCH)
            assert server.rows("SELECT 1") == [(1,)]


LONG = "x" * 50_000_000


@pytest.mark.parametrize(
    ("sql", "values"),
    [(f"SELECT length('{LONG}')", None), ("SELECT length(%s::text)", [LONG])],
    ids=["in a statement", "as a parameter"],
)
def test_a_text_that_is_too_long_is_an_error_and_the_session_goes_on(
    at: Served, sql: str, values: list[str] | None
) -> None:
    with psycopg.connect(at.conninfo(), autocommit=True) as connection:
        with pytest.raises(errors.ProgramLimitExceeded, match=r"a message of 5\d+ bytes is longer"):
            connection.execute(sql, values)
        assert connection.execute("SELECT 1").fetchall() == [(1,)]


def test_a_long_value_comes_whole(at: Served) -> None:
    made = "SELECT string_agg(repeat('x', 1000000), '') FROM generate_series(1, 50)"
    with psycopg.connect(at.conninfo(), autocommit=True) as connection:
        ((found,),) = connection.execute(made).fetchall()
    assert found == LONG
