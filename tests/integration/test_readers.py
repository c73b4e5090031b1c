"""Two roles see what they may and nothing else, whichever way they ask."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.gateway import SMALL, Site
from trunkline.config import Settings
from trunkline.engine import Options
from trunkline.engine.reader import Reader
from trunkline.errors import (
    CostGuard,
    LimitExceeded,
    NotGranted,
    RelationClosed,
    TrunklineError,
    UnboundedScan,
    UnknownColumn,
)
from trunkline.roles import Grants, ReaderLimits, Role, RoleSettings
from trunkline_simulator.settings import Shape

DAY = "conversation_start >= '2025-03-01' AND conversation_start < '2025-03-13'"
ADMINISTRATOR = Reader("root", Role.ADMINISTRATOR)
ANALYST = Reader("ann", Role.ANALYST)
FINANCE = Reader("fay", Role.FINANCE)
KEY = hashlib.sha256(b"a key for tests").hexdigest()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "data", settings=Settings(token_key=KEY))


def reading(reader: Reader, *granted: str, revoked: tuple[str, ...] = ()) -> Reader:
    return replace(reader, grants=Grants(frozenset(granted), frozenset(revoked)))


def asked(site: Site, reader: Reader, sql: str, **options: Any) -> list[dict[str, Any]]:
    return site.query(sql, Options(reader=reader, **options))


def columns(site: Site, reader: Reader, table: str) -> set[str]:
    (row, *_) = asked(site, reader, f"SELECT * FROM {table} WHERE {DAY} LIMIT 1")
    return set(row)


def refusal(site: Site, reader: Reader, sql: str) -> TrunklineError:
    with pytest.raises(TrunklineError) as raised:
        asked(site, reader, sql)
    return raised.value


# Every way of naming a relation that the gate lets pass for those who may read it.
FRONTS = (
    f"SELECT ani_prefix FROM finance.session_numbers WHERE {DAY}",
    f"SELECT count(*) FROM (SELECT * FROM finance.session_numbers WHERE {DAY})",
    f"WITH hidden AS (SELECT * FROM finance.session_numbers WHERE {DAY}) SELECT 1 FROM hidden",
    f"SELECT (SELECT max(ani_prefix) FROM FINANCE.Session_Numbers WHERE {DAY})",
    (
        f"SELECT 1 FROM sessions WHERE {DAY} AND EXISTS (SELECT 1 FROM finance.session_numbers n "
        "WHERE n.session_key = sessions.session_key)"
    ),
    (
        f"SELECT ani FROM sessions WHERE {DAY} UNION ALL "
        f"SELECT ani_prefix FROM finance.session_numbers WHERE {DAY}"
    ),
    f"SELECT * FROM sessions JOIN finance.session_numbers USING (session_key) WHERE {DAY}",
    f"SELECT session_numbers FROM finance.session_numbers WHERE {DAY}",
    f"FROM finance.session_numbers WHERE {DAY}",
)


@pytest.mark.parametrize("sql", FRONTS)
def test_an_analyst_reads_no_front_of_a_number_whichever_way(site: Site, sql: str) -> None:
    error = refusal(site, ANALYST, sql)
    assert isinstance(error, RelationClosed)
    assert site.requests == []


@pytest.mark.parametrize("table", ["sessions", "session_flows", "genesys.Sessions"])
def test_finance_reads_no_last_digits(site: Site, table: str) -> None:
    for sql in (
        f"SELECT * FROM {table} WHERE {DAY}",
        f"WITH s AS (SELECT * FROM {table} WHERE {DAY}) SELECT count(*) FROM s",
        (
            f"SELECT n.* FROM finance.session_numbers n JOIN {table} s USING (session_key) "
            f"WHERE n.{DAY}"
        ),
    ):
        assert isinstance(refusal(site, FINANCE, sql), RelationClosed)
    assert site.requests == []


def test_each_reads_their_own_half_in_the_same_directory(site: Site) -> None:
    ends = asked(site, ANALYST, f"SELECT session_key, ani FROM sessions WHERE {DAY}")
    fronts = asked(
        site, FINANCE, f"SELECT session_key, ani_prefix FROM finance.session_numbers WHERE {DAY}"
    )
    assert any(row["ani"] for row in ends)
    assert any(row["ani_prefix"] for row in fronts)
    both = (
        "SELECT ani_prefix, ani FROM sessions "
        f"JOIN finance.session_numbers USING (session_key, conversation_start) WHERE {DAY}"
    )
    assert asked(site, ADMINISTRATOR, both)


# No grant opens the other half of a number.
@pytest.mark.parametrize("grant", ["all", "finance", "finance.session_numbers"])
def test_a_grant_opens_what_is_no_front(site: Site, grant: str) -> None:
    reader = reading(ANALYST, grant)
    found = columns(site, reader, "finance.session_numbers")
    assert "session_key" in found
    assert not {name for name in found if name.endswith("_prefix")}
    error = refusal(site, reader, f"SELECT ani_prefix FROM finance.session_numbers WHERE {DAY}")
    assert isinstance(error, NotGranted)
    assert "finance.session_numbers.ani_prefix" in error.message
    exactly = reading(ANALYST, "finance.session_numbers.ani_prefix")
    assert isinstance(
        refusal(site, exactly, f"SELECT ani_prefix FROM finance.session_numbers WHERE {DAY}"),
        RelationClosed,
    )


@pytest.mark.parametrize("grant", ["all", "genesys", "sessions", "genesys.sessions"])
def test_a_grant_opens_what_is_no_last_digits(site: Site, grant: str) -> None:
    reader = reading(FINANCE, grant)
    found = columns(site, reader, "sessions")
    assert "media_type" in found
    assert not found & {"ani", "dnis", "session_dnis", "remote", "callback_numbers"}
    for column in ("ani", "dnis", "remote", "callback_numbers"):
        for sql in (
            f"SELECT {column} FROM sessions WHERE {DAY}",
            f"SELECT 1 FROM sessions s WHERE {DAY} AND s.{column} IS NOT NULL",
            f"SELECT count(*) FROM sessions WHERE {DAY} GROUP BY {column}",
            f"SELECT 1 FROM sessions WHERE {DAY} ORDER BY {column}",
            f"SELECT * EXCLUDE ({column}) FROM sessions WHERE {DAY}",
        ):
            assert isinstance(refusal(site, reader, sql), NotGranted), sql


def test_what_is_revoked_is_closed_and_the_rest_is_not(site: Site) -> None:
    reader = reading(
        ANALYST, revoked=("conversation_surveys", "genesys.participants.user_id", "trunkline.jobs")
    )
    error = refusal(site, reader, f"SELECT * FROM conversation_surveys WHERE {DAY}")
    assert isinstance(error, RelationClosed)
    assert "it is not granted" in error.message
    assert "trunkline users set ann --grant" in str(error.hint)
    assert isinstance(refusal(site, reader, "SELECT * FROM trunkline.jobs"), RelationClosed)
    found = columns(site, reader, "participants")
    assert "user_id" not in found
    assert "purpose" in found
    error = refusal(site, reader, f"SELECT p.user_id FROM participants p WHERE p.{DAY}")
    assert isinstance(error, NotGranted)
    assert error.message.startswith("the column genesys.participants.user_id is not open to ann")
    # A column of the same name in another table is another column.
    assert "user_id" in columns(site, reader, "conversation_evaluations")


def test_an_allow_list_is_all_revoked_and_some_granted(site: Site) -> None:
    reader = reading(
        ANALYST, "conversations", "sessions.media_type", "sessions.ani", revoked=("all",)
    )
    assert "conversation_id" in columns(site, reader, "conversations")
    # The view of a table is the table; the time column stays, or nothing could be bounded.
    assert columns(site, reader, "interactions") == columns(site, reader, "conversations")
    assert columns(site, reader, "sessions") == {"media_type", "ani", "conversation_start"}
    for sql in (f"SELECT * FROM segments WHERE {DAY}", "SELECT * FROM trunkline.runs"):
        assert isinstance(refusal(site, reader, sql), RelationClosed)


def test_a_users_own_words_come_before_those_of_the_role(tmp_path: Path) -> None:
    of_role = Grants(frozenset(), frozenset({"conversation_surveys", "segments"}))
    site = Site(
        tmp_path / "data", settings=Settings(roles={Role.ANALYST: RoleSettings(grants=of_role)})
    )
    with site.engine() as engine:
        told = engine.settings.told_of(Role.ANALYST).grants
    ann = replace(ANALYST, grants=Grants(frozenset({"genesys.segments"}), beneath=told))
    assert "segment_key" in columns(site, ann, "segments")
    error = refusal(site, ann, f"SELECT * FROM conversation_surveys WHERE {DAY}")
    assert isinstance(error, RelationClosed)


def test_a_column_that_nobody_has_is_still_unknown(site: Site) -> None:
    reader = reading(ANALYST, revoked=("sessions.ani",))
    error = refusal(site, reader, f"SELECT nothing FROM sessions WHERE {DAY}")
    assert isinstance(error, UnknownColumn)


def test_a_star_that_is_narrower_is_said(site: Site) -> None:
    reader = reading(ANALYST, revoked=("participants.user_id", "participants.team_id"))
    star = f"SELECT * FROM participants WHERE {DAY}"
    notices = site.prepare(star, Options(reader=reader)).notices
    assert any("of genesys.participants: the others are not open to ann" in n for n in notices)
    counted = f"SELECT count(*) FROM participants WHERE {DAY}"
    for sql, who in ((star, ANALYST), (star, ADMINISTRATOR), (counted, reader)):
        assert not any("not open" in n for n in site.prepare(sql, Options(reader=who)).notices)


# Each would mean the column of the query around it, were the hidden one only not there.
@pytest.mark.parametrize(
    "sql",
    [
        (
            f"SELECT 1 FROM conversation_evaluations e WHERE {DAY} AND user_id IN "
            f"(SELECT user_id FROM participants WHERE {DAY})"
        ),
        (
            f"SELECT (SELECT max(user_id) FROM participants WHERE {DAY}) "
            f"FROM conversation_evaluations e WHERE {DAY}"
        ),
        (
            f"SELECT 1 FROM conversation_evaluations e WHERE {DAY} AND EXISTS "
            "(SELECT 1 FROM participants JOIN segments USING (conversation_id, conversation_start) "
            f"WHERE {DAY} AND USER_ID = 'x')"
        ),
    ],
)
def test_a_hidden_column_is_not_taken_for_one_of_the_query_around(site: Site, sql: str) -> None:
    reader = reading(ANALYST, revoked=("participants.user_id",))
    assert isinstance(refusal(site, reader, sql), NotGranted)
    assert isinstance(asked(site, ANALYST, sql), list)


def test_a_name_that_an_alias_or_another_table_has_is_no_hidden_column(site: Site) -> None:
    reader = reading(ANALYST, revoked=("participants.user_id",))
    for sql in (
        f"SELECT purpose AS user_id FROM participants WHERE {DAY} ORDER BY user_id LIMIT 1",
        (
            "SELECT user_id FROM participants p JOIN conversation_evaluations e "
            f"USING (conversation_id, conversation_start) WHERE {DAY}"
        ),
        "WITH participants AS (SELECT 1 AS user_id) SELECT user_id FROM participants",
    ):
        asked(site, reader, sql)


def test_finance_cannot_try_numbers(site: Site) -> None:
    sql = "SELECT number_token('+61491570156')"
    error = refusal(site, FINANCE, sql)
    assert isinstance(error, NotGranted)
    assert "491570156" not in error.message + str(error.hint)
    assert asked(site, ANALYST, sql)


def test_the_numbers_that_a_user_may_try_in_a_day_are_counted(site: Site) -> None:
    few = replace(ANALYST, limits=ReaderLimits(numbers=3))
    sql = "SELECT number_token('+61491570156') = number_token('+61491570157')"
    asked(site, few, sql)
    with pytest.raises(LimitExceeded, match="24 hours"):
        asked(site, few, sql)
    asked(site, replace(few, user="bea"), sql)
    asked(site, ADMINISTRATOR, sql)
    site.wait(hours=25)
    asked(site, few, sql)


def test_a_reader_has_limits_of_their_own(site: Site) -> None:
    sql = f"SELECT conversation_id FROM conversations WHERE {DAY}"
    poor = replace(ANALYST, limits=ReaderLimits(requests=2))
    for asked_for in (None, 1_000):
        with pytest.raises(CostGuard, match="the limit is 2"):
            asked(site, poor, sql, max_requests=asked_for, confirm=lambda _: True)
    assert site.requests == []
    asked(site, ANALYST, sql)
    with pytest.raises(LimitExceeded, match="more than 5 rows"):
        asked(site, replace(ANALYST, limits=ReaderLimits(rows=5)), sql)
    asked(site, poor, sql)  # what is held takes no request


def test_a_reader_cannot_allow_themselves_more_requests_than_the_settings(tmp_path: Path) -> None:
    site = Site(tmp_path / "data", settings=Settings(max_requests=1))
    with pytest.raises(CostGuard):
        asked(site, ANALYST, f"SELECT 1 FROM conversations WHERE {DAY}", max_requests=1_000)


RUNS = (
    "SELECT user_name, role, door, application, statement, outcome, row_count AS n "
    "FROM trunkline.runs"
)


def test_who_asked_is_kept_and_others_do_not_see_it(site: Site) -> None:
    sql = f"SELECT conversation_id FROM conversations WHERE {DAY} AND conversation_id <> 'a secret'"
    rows = asked(site, ANALYST, sql, door="postgres", application="psql\x1b'; --")
    asked(site, FINANCE, "SELECT 1")
    (own,) = [run for run in asked(site, ANALYST, RUNS) if "conversations" in run["statement"]]
    assert (own["user_name"], own["role"], own["door"]) == ("ann", "analyst", "postgres")
    assert own["application"] == "psql --"
    assert (own["outcome"], own["n"]) == ("done", len(rows))
    assert "secret" not in own["statement"]
    assert {run["user_name"] for run in asked(site, ANALYST, RUNS)} == {"ann"}
    assert {run["user_name"] for run in asked(site, FINANCE, RUNS)} == {"fay"}
    assert {"ann", "fay"} < {run["user_name"] for run in asked(site, ADMINISTRATOR, RUNS)}
    assert {"ann", "fay"} < {run["user_name"] for run in site.query(RUNS)}
    requests = "SELECT count(*) AS n FROM trunkline.requests"
    assert asked(site, FINANCE, requests) == [{"n": 0}]
    assert asked(site, ANALYST, requests) == [{"n": len(site.requests)}]


def test_what_a_user_is_refused_is_kept(site: Site) -> None:
    refusal(site, ANALYST, f"SELECT 'x' FROM finance.session_numbers WHERE {DAY}")
    with pytest.raises(RelationClosed), site.engine() as engine:
        engine.explain("SELECT 1 FROM finance.session_numbers", Options(reader=ANALYST))
    with pytest.raises(UnboundedScan):
        asked(site, ANALYST, "SELECT 1 FROM sessions")
    found = [run["outcome"] for run in site.query(RUNS) if run["user_name"] == "ann"]
    assert found == ["RelationClosed", "RelationClosed", "UnboundedScan"]
    assert "'x'" not in str(site.query(RUNS))


def test_the_columns_that_are_told_are_those_that_are_open(site: Site) -> None:
    told = "SELECT schema_name, table_name, column_name FROM trunkline.tables"
    reader = reading(ANALYST, revoked=("participants.user_id",))
    found = {tuple(row.values()) for row in asked(site, reader, told)}
    everything = {tuple(row.values()) for row in asked(site, ADMINISTRATOR, told)}
    assert ("genesys", "participants", "user_id") not in found
    assert not {name for name in found if name[0] == "finance" or name[1] == "refused_logins"}
    missing = everything - found
    assert {name for name in missing if name[:2] == ("genesys", "participants")} == {
        ("genesys", "participants", "user_id")
    }
    over = {
        name[1] for name in missing if name[0] == "bi"
    }  # nothing of it is read by way of a view
    assert over == {"participants", "legs", "queue_legs", "users"}


def test_refused_logins_are_for_administrators(site: Site) -> None:
    sql = "SELECT * FROM trunkline.refused_logins"
    for reader in (ANALYST, FINANCE, reading(ANALYST, "all", "trunkline.refused_logins")):
        assert isinstance(refusal(site, reader, sql), RelationClosed)
    assert asked(site, ADMINISTRATOR, sql) == []


def test_what_the_store_reads_by_may_be_hidden(tmp_path: Path) -> None:
    """Keys and times decide which file a record is read from, also where nobody may see them."""
    site = Site(tmp_path / "data", replace(SMALL, shape=Shape(per_day=60)))
    sql = "SELECT count(*) AS n FROM sessions WHERE conversation_start >= '2026-03-09'"
    (everything,) = asked(site, ADMINISTRATOR, sql)
    assert site.prepare(sql).certificate["tail"]
    reader = reading(ANALYST, "sessions.media_type", revoked=("sessions",))
    assert asked(site, reader, sql) == [everything]


def test_what_binds_a_text_is_not_kept_from_another_reader(site: Site) -> None:
    narrow = reading(ANALYST, revoked=("participants.user_id",))
    named = f"SELECT user_id FROM participants WHERE {DAY} LIMIT 1"
    star = f"SELECT * FROM participants WHERE {DAY} LIMIT 1"
    with site.engine() as engine:
        for _ in range(2):
            engine.explain(named, Options(reader=ANALYST))
            engine.explain(star, Options(reader=ANALYST))
            engine.explain(star, Options(reader=narrow))
            with pytest.raises(NotGranted):
                engine.explain(named, Options(reader=narrow))
    assert "user_id" in columns(site, ANALYST, "participants")
    assert "user_id" not in columns(site, narrow, "participants")
