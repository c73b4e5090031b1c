"""``trunkline sync`` as it is typed, or run from cron."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.acceptance.commands import Desk, desk

MARCH = ("--from", "2025-03-01", "--to", "2025-04-01")


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as found:
        yield found


def test_a_month_is_synced_and_then_held(at: Desk) -> None:
    done = at.run("sync", "conversations", *MARCH)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("2025-03-01 to 2025-03-31: 31 days fetched, 0 held already; ")
    assert "is running at the provider" in done.stderr
    again = at.run("sync", *MARCH)
    assert "0 days fetched, 31 held already; 0 rows landed, 0 requests" in again.stdout
    (line,) = again.stderr.splitlines()
    assert line.startswith("notice: without a TABLE, sync takes conversations, and lists that")
    assert "name what else you want: " in line
    assert "queue_intervals, conversation_aggregates, evaluation_aggregates, " in line
    assert at.run("sync", "conversations", *MARCH).stderr == ""
    before = at.requests
    asked = "SELECT count(*) FROM segments WHERE conversation_start::DATE = DATE '2025-03-31'"
    assert at.run("query", asked).returncode == 0
    assert at.requests == before


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "no --from is given"),
        (("--to", "2025-03-01"), "no --from is given"),
        (("--from", "March"), "--from 'March' is neither a date nor a time"),
        (("--from", "2025-03-02", "--to", "2025-03-02"), "--to must be later than --from"),
        (("--from", "2025-03-01", "--timezone", "Mars/One"), "no time zone 'Mars/One'"),
        (("conversation", *MARCH), "Did you mean conversations?"),
        ((*MARCH, "--max-requests", "2"), "at least 3 requests"),
        ((*MARCH, "--follow"), "leave --to out"),
    ],
)
def test_what_cannot_be_synced(at: Desk, arguments: tuple[str, ...], said: str) -> None:
    done = at.run("sync", *arguments)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert at.requests == 0


def test_held_days_are_verified(at: Desk) -> None:
    last = datetime.now(UTC).date() - timedelta(days=10)
    span = ("--from", f"{last - timedelta(days=2)}", "--to", f"{last}")
    at.run("sync", "--no-tail", *span)
    before = at.requests
    done = at.run("doctor", "--verify", *span)
    assert done.returncode == 0, done.stdout
    assert "ok       counts: 2 days with " in done.stdout
    assert at.asked("POST", "/details/query") == 2
    less = at.run("doctor", "--verify", "--max-requests", "1")
    assert less.returncode == 2
    assert "at least 2 requests" in less.stderr
    misused = at.run("doctor", *span)
    assert misused.returncode == 2
    assert "are for --verify" in misused.stderr
    assert at.requests > before


def test_the_tail_is_asked_for_unless_it_is_left_out(at: Desk) -> None:
    today = "SELECT count(*) FROM conversations WHERE conversation_start >= now() - INTERVAL 1 DAY"
    without = at.run("query", "--no-tail", today)
    assert without.returncode == 0, without.stderr
    assert at.asked("POST", "/details/query") == 0
    assert "in no answer" in without.stderr
    done = at.run("query", today)
    assert done.returncode == 0, done.stderr
    assert at.asked("POST", "/details/query") == 1
    assert "no participant attributes" in done.stderr
    assert "the tail: " in done.stderr
    assert at.run("query", today, TRUNKLINE_TAIL="false").returncode == 0
    assert at.asked("POST", "/details/query") == 1
