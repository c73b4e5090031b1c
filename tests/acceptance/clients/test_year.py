"""A year asked for from psql with nothing landed: told, right, stopped halfway and gone on with."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.acceptance.clients.serving import listening
from tests.acceptance.clients.targets import DATABASE
from tests.acceptance.commands import SMALL, Desk, desk
from trunkline_simulator.settings import Fault, Shape
from trunkline_simulator.truth import expected_rows

pytestmark = [
    pytest.mark.skipif(not shutil.which("psql"), reason="psql is not installed"),
    pytest.mark.xdist_group("wire-year"),
]
QUESTION = (
    "SELECT conversation_id, participant_id, session_id, ordinal, name, value::float8"
    " FROM session_metrics"
    " WHERE conversation_start >= '2025-01-01' AND conversation_start < '2026-01-01'"
    " ORDER BY 1, 2, 3, 4, 5"
)
PAGES = replace(SMALL, shape=Shape(per_day=2), page_rows=5)
WAIT = "SET trunkline.fetch = wait"


@contextmanager
def serving(at: Desk) -> Iterator[int]:
    with listening(at.folder, at.environment) as (_, port):
        yield port


def psql(port: int) -> list[str]:
    where = f"host=127.0.0.1 port={port} user=ana dbname={DATABASE} sslmode=disable"
    return ["psql", "-X", "-q", "-A", "-t", "-d", where, "-c", WAIT, "-c", QUESTION]


def asked(port: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        psql(port), env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False,
        timeout=300,
    )  # fmt: skip


def truth(at: Desk) -> list[tuple[object, ...]]:
    first, last = date(2025, 1, 1), date(2025, 12, 31)
    rows = expected_rows(at.simulator.settings, "session_metrics", first, last, datetime.now(UTC))
    names = ("conversation_id", "participant_id", "session_id", "ordinal", "name")
    return sorted((*(row[name] for name in names), float(row["value"])) for row in rows)


def found(said: str) -> list[tuple[object, ...]]:
    rows = (line.split("|") for line in said.splitlines())
    return sorted((a, b, c, int(d), e, float(f)) for a, b, c, d, e, f in rows)


@dataclass(frozen=True, slots=True)
class Year:
    """A year as it is fetched by the first who asks, and asked for again."""

    first: subprocess.CompletedProcess[str]
    again: subprocess.CompletedProcess[str]
    truth: list[tuple[object, ...]]
    jobs: int
    pages: int
    requests_again: int


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Year:
    with desk(tmp_path_factory.mktemp("whole"), PAGES) as at, serving(at) as port:
        first = asked(port)
        jobs, pages = at.asked("POST", "/details/jobs"), at.asked("GET", "/results")
        before = at.requests
        again = asked(port)
        return Year(first, again, truth(at), jobs, pages, at.requests - before)


def test_a_year_is_fetched_and_told_and_right(whole: Year) -> None:
    assert whole.first.returncode == 0, whole.first.stderr
    notices = [line for line in whole.first.stderr.splitlines() if line.startswith("NOTICE:")]
    assert len(notices) >= 3, whole.first.stderr
    assert re.search("12", " ".join(notices)), notices
    assert found(whole.first.stdout) == whole.truth
    assert whole.jobs == 12
    assert (whole.again.stdout, whole.requests_again) == (whole.first.stdout, 0)


def test_it_is_stopped_from_psql_and_goes_on_where_it_was(tmp_path: Path, whole: Year) -> None:
    pages = whole.pages
    slow = replace(PAGES, faults=(Fault("GET */results", "slow", times=0, seconds=0.1),))
    with desk(tmp_path, slow) as at, serving(at) as port:
        running = subprocess.Popen(
            psql(port), env={"PATH": os.environ["PATH"]}, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        while at.asked("GET", "/results") < pages // 2:
            assert running.poll() is None, running.communicate()
            time.sleep(0.01)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)
        assert running.returncode == 1
        assert "canceling statement due to user request" in said
        first = at.asked("GET", "/results")
        done = asked(port)
        assert done.returncode == 0, done.stderr
        assert found(done.stdout) == truth(at)
        # No job is asked for again, and of the pages only those that were under way.
        assert at.asked("POST", "/details/jobs") == 12
        assert at.asked("GET", "/results") <= pages + 12
        assert first < pages


def test_without_waiting_what_is_not_held_is_told(tmp_path: Path) -> None:
    with desk(tmp_path, PAGES) as at, serving(at) as port:
        command = [word for word in psql(port) if word != WAIT]
        command.remove("-c")
        done = subprocess.run(
            [*command[:-2], "-c", "SET trunkline.fetch = off", "-c", QUESTION],
            env={"PATH": os.environ["PATH"]}, capture_output=True, text=True, check=False,
            timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
        assert "NOTICE:" in done.stderr
        assert at.asked("POST", "/details/jobs") == 0
