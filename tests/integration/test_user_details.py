"""Presence and routing status: the days as the provider knows them, beside the conversations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.fakes import run
from tests.gateway import SMALL, Site
from tests.integration.test_crashes import Fuse, Killed, KillingTransport
from trunkline.config import Settings
from trunkline.engine import Options
from trunkline.engine.syncing import Wish
from trunkline.errors import IncompleteData, PermissionMissing, UnboundedScan
from trunkline.planner.plan import State
from trunkline_simulator.settings import Client, Fault
from trunkline_simulator.truth import expected_rows

FIRST, LAST = date(2026, 1, 27), date(2026, 2, 9)
SINCE = "start_time >= '2026-01-27' AND start_time < '2026-02-10'"
TABLES = ("user_states", "user_presence", "user_routing_status")
JOBS = "/api/v2/analytics/users/details/jobs"
CONVERSATION_JOBS = "/api/v2/analytics/conversations/details/jobs"
PAGES = replace(SMALL, page_rows=40)
HELD = Options(covered=True)
JOIN = (
    "SELECT s.user_id, s.session_id, p.system_presence "
    "FROM (SELECT * FROM participants JOIN sessions USING (conversation_id, participant_id)) s "
    "JOIN user_presence p ON p.user_id = s.user_id "
    "AND p.start_time <= s.conversation_start AND p.end_time > s.conversation_start "
    "WHERE s.conversation_start >= '2026-02-03' AND s.conversation_start < '2026-02-05' "
    "AND p.start_time >= '2026-02-02' AND p.start_time < '2026-02-05'"
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "data", PAGES)


def ordered(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """In one order, without what only we have."""
    plain = ({n: v for n, v in row.items() if n not in ("user_state_key", "kind")} for row in rows)
    return sorted(plain, key=lambda row: sorted((n, str(v)) for n, v in row.items()))


def same(site: Site, table: str, first: date = FIRST, last: date = LAST, **of: Any) -> None:
    """The days are held as the simulator knows them."""
    until = last + timedelta(days=1)
    where = f"start_time >= '{first}' AND start_time < '{until}'"
    found = ordered(site.query(f"SELECT * FROM {table} WHERE {where}", HELD))
    lake = site.clock.now() - timedelta(seconds=site.simulation.lag_seconds)
    truth = expected_rows(site.simulation, table, first, last, of.pop("at", lake), **of)
    assert found == ordered(truth)
    assert len(found) > 100


def asked(site: Site, method: str, path: str) -> int:
    return sum((m, p) == (method, path) for m, p, _ in site.requests)


@pytest.mark.parametrize("table", TABLES)
def test_the_rows_are_the_providers_own(site: Site, table: str) -> None:
    certificate = site.prepare(f"SELECT * FROM {table} WHERE {SINCE}").certificate
    for each in TABLES:
        same(site, each)
    assert certificate["complete"]
    assert certificate["conversations"] == 0
    assert certificate["records"] == {"user_details": len(site.truth("user_states", FIRST, LAST))}
    assert certificate["rows_landed"]["user_states"] >= certificate["records"]["user_details"]
    assert [job["state"] for job in certificate["jobs"]] == ["published", "published"]
    assert asked(site, "POST", JOBS) == 2  # two months
    assert certificate["ignored"] > 0  # what began before is no row of these days


def test_what_is_held_is_not_asked_for_again(site: Site) -> None:
    site.prepare(f"SELECT * FROM user_presence WHERE {SINCE}")
    before = len(site.requests)
    certificate = site.prepare(f"SELECT * FROM user_states WHERE {SINCE}").certificate
    assert len(site.requests) == before
    assert certificate["requests"]["total"] == 0


def test_conversations_and_presence_in_one_query(site: Site) -> None:
    prepared = site.prepare(JOIN)
    certificate = prepared.certificate
    assert sorted(certificate["intervals"]) == ["conversation_details", "user_details"]
    assert certificate["conversations"] == certificate["records"]["conversation_details"] > 0
    assert certificate["records"]["user_details"] > 0
    assert (asked(site, "POST", JOBS), asked(site, "POST", CONVERSATION_JOBS)) == (1, 1)
    for path in (JOBS, CONVERSATION_JOBS):
        assert asked(site, "GET", f"{path}/availability") == 1
    assert asked(site, "GET", "/api/v2/authorization/divisions") == 1
    assert len(site.requests) == certificate["requests"]["total"]
    presence = site.truth("user_presence", date(2026, 2, 2), date(2026, 2, 4))
    agents = site.truth("participants", date(2026, 2, 3), date(2026, 2, 4))
    sessions = site.truth("sessions", date(2026, 2, 3), date(2026, 2, 4))
    expected = [
        (agent["user_id"], session["session_id"], state["system_presence"])
        for agent in agents
        for session in sessions
        if session["participant_id"] == agent["participant_id"]
        if session["conversation_id"] == agent["conversation_id"]
        for state in presence
        if state["user_id"] == agent["user_id"]
        and state["end_time"] is not None
        and state["start_time"] <= agent["conversation_start"] < state["end_time"]
    ]
    found = [tuple(row.values()) for row in site.query(JOIN)]
    assert sorted(found) == sorted(expected)
    assert found


def test_explain_tells_of_each_dataset(site: Site) -> None:
    with site.engine() as engine:
        shown = str(engine.explain(JOIN))
    assert "Days of conversation_details: 2 wanted, 2 to fetch" in shown
    assert "Days of user_details: 3 wanted, 3 to fetch" in shown
    assert "  1  conversation_details  2026-02-03 to 2026-02-04  2 days  missing" in shown
    assert "  2  user_details          2026-02-02 to 2026-02-04  3 days  missing" in shown
    assert "At least 6 requests: 2 submits, 2 polls or more, 2 pages or more" in shown
    assert "Nothing tells how many pages user_details has: one page a job is counted." in shown
    assert not site.requests


def test_a_dataset_that_fails_leaves_the_other_landed(tmp_path: Path) -> None:
    fault = Fault(f"POST {JOBS}", "500", times=0)
    site = Site(tmp_path / "data", replace(PAGES, faults=(fault,)))
    with pytest.raises(IncompleteData, match="user_details 2026-02-02"):
        site.prepare(JOIN)
    site.simulate(PAGES)
    before = asked(site, "POST", CONVERSATION_JOBS)
    assert site.prepare(JOIN).certificate["complete"]
    assert asked(site, "POST", CONVERSATION_JOBS) == before


def test_a_permission_that_is_missing_is_named(tmp_path: Path) -> None:
    allowed = frozenset({"analytics:conversationDetail:view"})
    site = Site(tmp_path / "data", replace(PAGES, clients=(Client(permissions=allowed),)))
    with pytest.raises(PermissionMissing, match=r"analytics:userDetail:view"):
        site.prepare(f"SELECT * FROM user_presence WHERE {SINCE}")
    february = "conversation_start::DATE = DATE '2026-02-03'"
    assert site.prepare(f"SELECT 1 FROM conversations WHERE {february}").certificate["complete"]


def test_a_client_of_some_divisions_sees_their_users(tmp_path: Path) -> None:
    some = Client(divisions=frozenset({"EMEA"}))
    site = Site(tmp_path / "data", replace(PAGES, clients=(some,)))
    certificate = site.prepare(f"SELECT * FROM user_presence WHERE {SINCE}").certificate
    assert certificate["divisions"] == ["EMEA"]
    whole = Site(tmp_path / "whole", PAGES).truth("user_states", FIRST, LAST)
    assert 0 < certificate["records"]["user_details"] < len(whole)


@pytest.mark.parametrize("after", [False, True])
def test_killed_at_any_request_it_goes_on_where_it_was(tmp_path: Path, after: bool) -> None:
    where = "start_time >= '2026-02-02' AND start_time < '2026-02-07'"
    question = f"SELECT * FROM user_presence WHERE {where}"
    for at in range(1, 99):
        site, fuse = Site(tmp_path / f"{at}", PAGES), Fuse(at)
        try:
            with site.engine(partial(KillingTransport, fuse=fuse, after=after)) as engine:
                run(site.clock, engine.prepare(question, Options(), lambda _: None))
        except Killed:
            pass
        else:
            break
        assert site.prepare(question).certificate["complete"]
        for table in TABLES:
            same(site, table, date(2026, 2, 2), date(2026, 2, 6))
        submits = asked(site, "POST", JOBS)
        with site.engine() as engine:
            (job,) = engine.jobs()
        assert submits <= 1 + job.possibly_repeated
    assert at > 8


def test_what_was_open_is_fetched_again_with_its_day(tmp_path: Path) -> None:
    """No request brings a record by its key: its day is, as often as a conversation would be."""
    day = date(2026, 3, 9)
    question = f"SELECT * FROM user_states WHERE start_time::DATE = DATE '{day}'"
    site = Site(tmp_path / "data", PAGES, Settings(settle=3_600))
    site.prepare(question)
    submits = asked(site, "POST", JOBS)
    with site.engine() as engine:
        listed = engine.lake.catalogue.fresh.open_records("genesys")
    assert {record.dataset for record in listed} == {"user_details"}
    minutes = ((10, 0), (6, 1), (30, 0), (15, 1), (22 * 60, 0), (2 * 60, 1), (8 * 24 * 60, 1))
    for wait, again in minutes:
        site.wait(minutes=wait)
        assert states(site, question) == [State.REOPENED if again else State.FINAL]
        certificate = site.prepare(question).certificate
        assert certificate["complete"]
        submits += again
        assert asked(site, "POST", JOBS) == submits
        assert certificate["reopened"] == {"asked": 0, "answered": 0, "requests": 0}
    same(site, "user_states", day, day)


def states(site: Site, question: str) -> list[State]:
    with site.engine() as engine:
        plan = engine.explain(question).any
    return [state for need in plan.needs for state in need.days.values()]


def test_who_was_in_which_state_at_an_instant(site: Site) -> None:
    """By its end: what began long before, and was open then, comes with one job more."""
    question = (
        "SELECT user_id, start_time FROM user_presence "
        "WHERE start_time <= '2026-02-09 10:00' AND end_time > '2026-02-09 10:00'"
    )
    certificate = site.prepare(question).certificate
    assert certificate["open_at"] == {"user_details": {"asked": ["2026-01-09"], "missing": []}}
    at = datetime(2026, 2, 9, 10, tzinfo=UTC)
    truth = site.truth("user_presence", date(2025, 12, 1), date(2026, 2, 9))
    expected = {
        (row["user_id"], row["start_time"])
        for row in truth
        if row["start_time"] <= at and row["end_time"] is not None and row["end_time"] > at
    }
    assert {tuple(row.values()) for row in site.query(question)} == expected
    assert len(expected) > 20


def test_without_bounds_it_is_refused(site: Site) -> None:
    with pytest.raises(UnboundedScan, match="no bounds on start_time of user_presence"):
        site.prepare("SELECT * FROM user_presence")


def test_sync_brings_it_where_it_is_named(site: Site) -> None:
    start, end = datetime(2026, 2, 3, tzinfo=UTC), datetime(2026, 2, 5, tzinfo=UTC)
    site.sync(Wish(start=start, end=end))
    assert asked(site, "POST", JOBS) == 0
    done = site.sync(Wish(("user_routing_status",), start=start, end=end))
    assert (done.days, done.held) == (2, 0)
    assert (asked(site, "POST", JOBS), asked(site, "POST", CONVERSATION_JOBS)) == (1, 1)
    same(site, "user_presence", date(2026, 2, 3), date(2026, 2, 4))


def test_open_presence_makes_nobody_fetch_old_conversations(site: Site) -> None:
    """Whoever follows conversations follows the days of open ones, and of nothing else."""
    site.prepare("SELECT * FROM user_presence WHERE start_time::DATE = DATE '2026-02-03'")
    done = site.sync(Wish(follow=True))
    with site.engine() as engine:
        held = {day.day for day in engine.coverage() if day.dataset == "conversation_details"}
    assert min(held) >= date(2026, 3, 3)
    assert done.days == len(held)
