"""kill -9, Ctrl-C and a second process: nothing lost, nothing twice."""

from __future__ import annotations

import signal
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from tests.acceptance.commands import SMALL, Desk, desk, kill_when
from trunkline_simulator.settings import Fault
from trunkline_simulator.truth import expected_rows

BOUND = "conversation_start >= '2025-01-01' AND conversation_start < '2025-04-01'"
QUESTION = (
    "SELECT s.session_id, s.participant_id, s.conversation_id, m.ordinal, m.name, m.value"
    " FROM session_metrics m JOIN sessions s USING (conversation_id, participant_id, session_id)"
    f" WHERE s.{BOUND.replace(' AND ', ' AND s.')}"
)
PAGES = replace(SMALL, page_rows=60)


def exact(at: Desk) -> None:
    done = at.run("query", QUESTION, "--format", "jsonl", "--quiet")
    assert done.returncode == 0, done.stderr
    found = [msgspec.json.decode(line) for line in done.stdout.splitlines()]
    truth = expected_rows(
        at.simulator.settings,
        "session_metrics",
        date(2025, 1, 1),
        date(2025, 3, 31),
        datetime.now(UTC),
    )
    names = ("conversation_id", "participant_id", "session_id", "ordinal", "name")
    want = sorted((*(row[name] for name in names), float(row["value"])) for row in truth)
    have = sorted((*(row[name] for name in names), float(row["value"])) for row in found)
    assert have == want


def published(at: Desk) -> int:
    """How many jobs the catalogue has published; another process's reader sees it."""
    try:
        with sqlite3.connect(f"file:{at.home}/catalogue.sqlite?mode=ro", uri=True) as db:
            return int(db.execute("SELECT count(*) FROM snapshots").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


MOMENTS: dict[str, Callable[[Desk], bool]] = {
    "submit": lambda at: at.asked("POST", "/details/jobs") >= 1,
    "between pages": lambda at: at.asked("GET", "/results") >= 3,
    "publishing": lambda at: published(at) >= 1,
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_and_started_again(tmp_path: Path, moment: str) -> None:
    # Pages that take their time, so that there is something to be killed in.
    slow = replace(PAGES, faults=(Fault("GET */results", "slow", times=0, seconds=0.15),))
    with desk(tmp_path, slow) as at:
        process = at.start("query", QUESTION, "--format", "jsonl")
        assert kill_when(process, lambda: MOMENTS[moment](at)), "it ended before it was killed"
        exact(at)
        # A kill between the POST and the commit of its id may repeat those jobs, and no others.
        assert at.asked("POST", "/details/jobs") <= (6 if moment == "submit" else 3)
        again = at.requests
        exact(at)
        assert at.requests == again


def test_ctrl_c_says_how_to_go_on_and_loses_nothing(tmp_path: Path) -> None:
    slow = replace(PAGES, faults=(Fault("GET */results", "slow", times=0, seconds=0.3),))
    with desk(tmp_path, slow) as at:
        process = at.start("query", QUESTION)
        while at.asked("GET", "/results") < 2:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert process.returncode == 5
        assert "trunkline jobs resume" in said
        resumed = at.run("jobs", "resume")
        assert resumed.returncode == 0, resumed.stderr
        submits = at.asked("POST", "/details/jobs")
        assert submits == 3
        before = at.requests
        exact(at)
        assert at.requests == before


def test_one_process_fetches_while_another_reads_and_a_third_waits(tmp_path: Path) -> None:
    with desk(tmp_path, PAGES) as at:
        assert at.run("query", QUESTION, "--quiet").returncode == 0
        may = (
            "SELECT count(*) FROM conversations"
            " WHERE date_trunc('month', conversation_start) = DATE '2025-05-01'"
        )
        at.simulator.settings = replace(
            PAGES, faults=(Fault("GET */results", "slow", times=0, seconds=1.0),)
        )
        before = at.asked("POST", "/details/jobs")
        fetching = at.start("query", may, "--format", "csv")
        while at.asked("POST", "/details/jobs") == before:
            assert fetching.poll() is None
            time.sleep(0.01)
        waiting = at.start("query", may, "--format", "csv")
        exact(at)
        assert fetching.poll() is None, "the reader was not kept waiting"
        (first, _), (second, said) = fetching.communicate(), waiting.communicate()
        assert (fetching.returncode, waiting.returncode) == (0, 0)
        assert first == second
        assert "another process" in said
        assert at.asked("POST", "/details/jobs") == before + 1


def test_a_job_that_is_being_fetched_can_be_cancelled_from_elsewhere(tmp_path: Path) -> None:
    slow = replace(SMALL, pending_seconds=600.0)
    with desk(tmp_path, slow) as at:
        process = at.start("query", QUESTION, "--quiet")
        while at.asked("POST", "/details/jobs") < 3 or len(_running(at)) < 3:
            assert process.poll() is None, process.communicate()
            time.sleep(0.05)
        keys = _running(at)
        for key in keys:
            done = at.run("jobs", "cancel", key)
            assert done.returncode == 0, done.stderr
            assert "is cancelled" in done.stdout
        said = process.communicate(timeout=60)[1]
        assert process.returncode == 4
        assert "cancelled by `trunkline jobs cancel`" in said
        assert at.asked("DELETE", "") == 3


def _running(at: Desk) -> list[str]:
    """The keys of the jobs that the provider has."""
    lines = at.run("jobs", "list").stdout.splitlines()
    return [line.split()[0] for line in lines if " running " in line]
