"""Sums that the provider adds up, as users of the command line, of Python and of psql meet them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.acceptance.commands import Desk, desk
from tests.acceptance.wire import served

QUERY = "/analytics/conversations/aggregates/query"
TALK = (
    "SELECT s.media_type, m.name, sum(m.value) AS total, count(*) AS emitted "
    "FROM session_metrics m JOIN sessions s "
    "ON s.session_key = m.session_key AND s.conversation_id = m.conversation_id "
    "WHERE m.name IN ('tTalk', 'tHeld') "
    "AND m.emit_date >= '2025-03-01' AND m.emit_date < '2025-06-01' "
    "GROUP BY ALL ORDER BY ALL"
)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as found:
        yield found


def test_one_request_answers_what_jobs_answer(at: Desk) -> None:
    plan = at.run("explain", TALK).stdout
    assert f"POST /api/v2{QUERY}" in plan
    assert "1 request in place of" in plan
    assert at.requests == 0
    sums = at.run("query", "--format", "json", "--certificate=c.json", TALK)
    assert sums.returncode == 0, sums.stderr
    assert "added up by the provider" in sums.stderr
    assert at.asked("POST", QUERY) == 1
    assert at.asked("POST", "/details/jobs") == 0
    certified = json.loads((at.home.parent / "c.json").read_bytes())
    assert certified["aggregated"]["granularity"] is None
    assert "Aggregates" not in at.run("explain", "--no-aggregates", TALK).stdout
    days = at.run("query", "--format", "json", "--no-aggregates", TALK)
    assert days.stdout == sums.stdout
    assert len(json.loads(days.stdout)) > 2
    assert at.asked("POST", QUERY) == 1
    assert at.asked("POST", "/details/jobs") >= 3
    before = at.requests
    assert at.run("query", "--format", "json", TALK).stdout == sums.stdout
    assert at.requests == before


def test_a_setting_turns_it_off(at: Desk) -> None:
    plan = at.run("explain", TALK, TRUNKLINE_AGGREGATES="false").stdout
    assert "Aggregates" not in plan
    assert "Jobs" in plan


def test_in_python(at: Desk) -> None:
    done = at.python(
        "import trunkline\n"
        "with trunkline.connect() as gateway:\n"
        f"    sql = {TALK!r}\n"
        "    sums = gateway.query(sql)\n"
        "    table = sums.arrow()\n"
        "    days = gateway.query(sql, aggregates=False)\n"
        "    assert days.arrow() == table, table\n"
        "    print(sums.certificate['aggregated']['requests'], days.certificate['aggregated'])\n"
    )
    assert done.stdout == "1 None\n", done.stderr


def test_a_session_turns_it_off_and_on(at: Desk) -> None:
    with served(at) as server:
        sums = server.psql(TALK, "SHOW trunkline.certificate")
        rows, certificate = sums.stdout.rsplit("\n", 2)[:2]
        assert json.loads(certificate)["aggregated"]["metrics"] == ["tHeld", "tTalk"]
        assert at.asked("POST", "/details/jobs") == 0
        held = server.psql("SET trunkline.fetch = off", TALK)
        assert held.stdout.removeprefix("SET\n").strip() == ""
        assert "nothing was requested" in held.stderr
        days = server.psql("SET trunkline.aggregates = off", TALK)
        assert days.stdout.removeprefix("SET\n").strip() == rows.strip()
        assert at.asked("POST", "/details/jobs") >= 3
