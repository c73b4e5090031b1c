"""What a session answers: rows, errors a user can act on, and limits."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise

import pyarrow as pa
import pytest

from tests.unit.lake.asking import CONVERSATIONS, RELATIONS, SCHEMA, ask, describe
from trunkline.errors import (
    LimitExceeded,
    SqlError,
    UnknownColumn,
    UnknownRelation,
    UsageError,
)
from trunkline.lake.locked import Limits
from trunkline.lake.relation import Relation
from trunkline.lake.session import BATCH_ROWS, answer

# Some 10^18 pairs: no machine ends it before it is stopped.
ENDLESS = "SELECT count(*) FROM range(1000000000) a, range(1000000000) b WHERE a.range = -b.range"
# As long, but needs no memory for it.
FRUITLESS = "SELECT count(*) FROM range(1000000000000000) AS t(n) WHERE n % 7 = 8"


def columns(sql: str) -> tuple[str, ...]:
    return describe(sql, RELATIONS, SCHEMA, "UTC")


def error_of(sql: str) -> SqlError:
    with pytest.raises(SqlError) as raised:
        columns(sql)
    return raised.value


def test_the_columns_of_a_question_are_known_without_running_it() -> None:
    assert columns("SELECT * FROM conversations") == (
        "conversation_id",
        "conversation_start",
        "n_transferred",
    )
    assert columns("SELECT 1 AS a, 2 AS a") == ("a", "a")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) AS n FROM range(1000000000000)",
        "SELECT n FROM range(1000000000000) AS t(n) ORDER BY n DESC",
        "SELECT unnest(range(1000000000000)) AS n",
        "SELECT n FROM range((SELECT count(*) FROM range(1000000000000))) AS t(n)",
        "SELECT 1 AS n LIMIT (SELECT count(*) FROM range(1000000000000))",
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n FROM r) SELECT n FROM r",
    ],
)
def test_binding_runs_nothing(sql: str) -> None:
    assert columns(sql) == ("n",)


@pytest.mark.parametrize(
    ("sql", "at", "meant"),
    [
        ("SELECT conversation_strat FROM conversations", "conversation_strat", "_start"),
        ("SELECT 'é',\n  n_transfered\nFROM conversations", "n_transfered", "n_transferred"),
        ("SELECT 1 FROM conversations c WHERE c.conversation_di = 'x'", "c.con", "conversation_id"),
        ("SELECT n_transferred AS n FROM conversations ORDER BY n_transfer", "n_transfer", "n_tr"),
    ],
)
def test_an_unknown_column_is_named_with_its_place_and_a_suggestion(
    sql: str, at: str, meant: str
) -> None:
    error = error_of(sql)
    assert isinstance(error, UnknownColumn)
    assert error.position == sql.rindex(at)
    assert "in conversations" in error.message
    assert meant in (error.hint or "")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * EXCLUDE (absent) FROM conversations",
        "SELECT * REPLACE (1 AS absent) FROM conversations",
        "SELECT * FROM conversations JOIN segments USING (absent)",
    ],
)
def test_an_unknown_column_of_a_list_is_one_too(sql: str) -> None:
    error = error_of(sql)
    assert isinstance(error, UnknownColumn)
    assert "there is no column absent" in error.message


def test_an_alias_that_is_not_there_is_an_unknown_relation() -> None:
    sql = "SELECT x.conversation_id FROM conversations c"
    error = error_of(sql)
    assert isinstance(error, UnknownRelation)
    assert error.position == sql.index("x.")


@pytest.mark.parametrize(
    ("sql", "at"),
    [
        ("SELECT sum(n_transferred), conversation_id FROM conversations", "conversation_id"),
        ("SELECT n_transferred + conversation_id FROM conversations", "+ "),
        ("SELECT conversation_id FROM conversations c, segments", "conversation_id"),
    ],
)
def test_what_does_not_bind_points_at_its_place_in_one_breath(sql: str, at: str) -> None:
    error = error_of(sql)
    assert isinstance(error, SqlError)
    assert error.position == sql.index(at)
    assert "Error:" not in error.message
    assert "LINE 1" not in error.message
    assert len(error.message) < 400


def test_a_parameter_without_a_value_is_the_users_error() -> None:
    assert "parameters" in error_of("SELECT ?").message


def test_an_unknown_zone_is_the_users_error() -> None:
    with pytest.raises(UsageError, match="Nowhere/Land"):
        ask("SELECT 1", zone="Nowhere/Land")


@pytest.mark.parametrize(
    "sql",
    ["SELECT 1 AS a;", "SELECT 1 AS a -- end", "SELECT 1 AS a; /* end */", "\nSELECT 1 AS a\n"],
)
def test_the_text_may_end_as_it_likes(sql: str) -> None:
    assert ask(sql) == [{"a": 1}]


def test_the_order_of_the_answer_is_that_of_the_question() -> None:
    found = ask("SELECT i FROM range(200000) t(i) ORDER BY hash(i)")
    ordered = ask("SELECT i, hash(i) AS h FROM range(200000) t(i)")
    hashes = {row["i"]: row["h"] for row in ordered}
    assert all(hashes[a["i"]] <= hashes[b["i"]] for a, b in pairwise(found))


def test_columns_of_one_name_both_arrive() -> None:
    with answer("SELECT 1 AS a, 2 AS a", RELATIONS, SCHEMA, "UTC", Limits()) as found:
        assert found.schema.names == ["a", "a"]
        assert [column.to_pylist() for column in next(found.batches).columns] == [[1], [2]]


def with_rows(*starts: datetime) -> Relation:
    schema = pa.schema([(name, type_.arrow) for name, type_ in CONVERSATIONS.columns])
    rows = [
        {"conversation_id": str(place), "conversation_start": start, "n_transferred": place}
        for place, start in enumerate(starts)
    ]
    return Relation(
        "genesys",
        "conversations",
        CONVERSATIONS.columns,
        rows=pa.Table.from_pylist(rows, schema=schema),
    )


def test_an_instant_keeps_its_milliseconds() -> None:
    start = datetime(2025, 3, 30, 0, 59, 59, 123_000, tzinfo=UTC)
    relations = (with_rows(start),)
    for zone in ("UTC", "America/New_York", "Asia/Kathmandu"):
        [row] = ask("SELECT conversation_start FROM conversations", relations=relations, zone=zone)
        assert row["conversation_start"] == start


def test_the_zone_decides_what_a_day_is() -> None:
    # 23:30 UTC on 30 March is 01:30 on 31 March in Berlin, which has summer time since 01:00 UTC.
    relations = (with_rows(datetime(2025, 3, 30, 23, 30, tzinfo=UTC)),)
    sql = (
        "SELECT CAST(conversation_start AS DATE)::VARCHAR AS d, hour(conversation_start) AS h, "
        "conversation_start >= '2025-03-31' AS later FROM conversations"
    )
    assert ask(sql, relations=relations) == [{"d": "2025-03-30", "h": 23, "later": False}]
    assert ask(sql, relations=relations, zone="Europe/Berlin") == [
        {"d": "2025-03-31", "h": 1, "later": True}
    ]


def test_time_is_limited() -> None:
    with pytest.raises(LimitExceeded, match=r"longer than 0.2 s"):
        ask(ENDLESS, limits=Limits(seconds=0.2))


def test_no_time_at_all_is_a_limit_too() -> None:
    with pytest.raises(LimitExceeded):
        ask(ENDLESS, limits=Limits(seconds=0.0))


def test_time_is_limited_while_batches_are_read() -> None:
    limits = Limits(seconds=0.2)
    sql = "SELECT a.range FROM range(10000000) a, range(10000000) b"
    with (
        pytest.raises(LimitExceeded, match="longer"),
        answer(sql, RELATIONS, SCHEMA, "UTC", limits) as found,
    ):
        for _ in found.batches:
            pass


def test_memory_is_limited() -> None:
    with pytest.raises(LimitExceeded, match="more memory than 50MB"):
        ask("SELECT list(i) FROM range(50000000) t(i)", limits=Limits(memory="50MB"))


def test_rows_are_limited() -> None:
    sql = "SELECT * FROM range(100000)"
    with pytest.raises(LimitExceeded, match="more than 99,999 rows"):
        ask(sql, limits=Limits(rows=99_999))
    assert len(ask(sql, limits=Limits(rows=100_000))) == 100_000


def test_an_error_in_a_later_batch_is_ours_and_repeats_no_value() -> None:
    sql = (
        "SELECT CASE WHEN i = 9000000 THEN CAST('Ada ' || i AS INTEGER) END AS n "
        "FROM range(10000000) t(i)"
    )
    with answer(sql, RELATIONS, SCHEMA, "UTC", Limits()) as found:
        assert next(found.batches).num_rows > 0
        with pytest.raises(SqlError) as raised:
            for _ in found.batches:
                pass
    assert "Could not convert" in raised.value.message
    assert "Ada" not in raised.value.message
    assert raised.value.position == sql.index("CAST")


@pytest.mark.parametrize("name", ["Ada", "O'Hara", 'the "Boss"'])
def test_a_value_of_the_data_is_not_repeated_in_an_error(name: str) -> None:
    literal = name.replace("'", "''")
    with pytest.raises(SqlError) as raised:
        ask(f"SELECT CAST(v AS INTEGER) FROM (VALUES ('{literal}')) t(v)")
    assert not set(name.split("'")) & set(raised.value.message.split())
    assert name not in raised.value.message


@pytest.mark.parametrize(
    "sql", [ENDLESS, f"SELECT 1 FROM range(200000) UNION ALL {FRUITLESS}"], ids=["start", "rows"]
)
def test_a_signal_ends_a_query_on_the_main_thread(sql: str) -> None:
    """Sent once a second of processor time is gone: by then the query runs."""
    begun = time.process_time()

    def send() -> None:
        while time.process_time() < begun + 1:
            ended.wait(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    ended = threading.Event()
    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    with pytest.raises(KeyboardInterrupt), answer(sql, (), SCHEMA, "UTC", Limits(seconds=60)) as a:
        list(a.batches)
    sender.join()


def test_an_answer_that_is_left_early_is_not_waited_for() -> None:
    """DuckDB may begin with either half; where it is the endless one, the limit ends it."""
    sql = f"SELECT 1 AS n FROM range(200000) UNION ALL {FRUITLESS}"
    with suppress(LimitExceeded), answer(sql, (), SCHEMA, "UTC", Limits(seconds=2)) as left:
        assert next(left.batches).num_rows == BATCH_ROWS
