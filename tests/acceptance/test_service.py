"""``sync --follow`` as a service: stopped, killed, started twice, without its provider."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.acceptance.commands import PATIENCE, SMALL, Desk, desk, kill_when
from trunkline_simulator.settings import Fault

SLOW_PAGES = replace(SMALL, page_rows=10, faults=(Fault("GET */results", "slow", 1, 0, seconds=1),))


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as found:
        yield found


def wait_until(reached: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    end = time.monotonic() + PATIENCE
    while not reached():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.02)


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline()


def state(at: Desk) -> str:
    """What the health file says; nothing while there is none."""
    with suppress(FileNotFoundError):
        told = json.loads((at.home / "health.json").read_text())
        return str(told["organizations"].get("genesys", {}).get("state", ""))
    return ""


def submits(at: Desk) -> int:
    return at.asked("POST", "/details/jobs")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopped_between_two_rounds(at: Desk, number: signal.Signals) -> None:
    process = at.start("sync", "--follow", "--quiet")
    line = line_of(process)
    assert " ok: 8 days fetched, " in line
    assert "; complete up to 20" in line
    assert "; next round 20" in line
    running = at.run("status")
    assert running.returncode == 0
    assert running.stdout.splitlines()[0].startswith(f"running as process {process.pid} since ")
    assert running.stdout.splitlines()[1] == line.strip()
    process.send_signal(number)
    out, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 5
    assert out == ""
    assert "trunkline: stopped on request" in err
    assert "start it again" in err
    ended = at.run("status")
    assert ended.returncode == 4
    assert "not running: " in ended.stdout
    assert "; stopped on request" in ended.stdout


def test_stopped_in_a_round_it_keeps_what_landed_and_goes_on(tmp_path: Path) -> None:
    with desk(tmp_path, SLOW_PAGES) as at:
        process = at.start("sync", "--follow", "--quiet", "--no-tail")
        wait_until(lambda: at.asked("GET", "/results") >= 2, process)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 5, err
        assert "stopped on request" in err
        again = at.start("sync", "--follow", "--quiet", "--no-tail")
        assert " ok: " in line_of(again)
        again.kill()
        again.communicate()
        assert submits(at) == 1, "it went on with the same job"


def test_killed_in_a_round_another_goes_on_with_the_same_jobs(tmp_path: Path) -> None:
    with desk(tmp_path, SLOW_PAGES) as at:
        first = at.start("sync", "--follow", "--quiet", "--no-tail")
        assert kill_when(first, lambda: at.asked("GET", "/results") >= 2)
        assert (at.home / "writer.pid").read_text() == str(first.pid), "a kill tidies nothing up"
        killed = at.run("status")
        assert killed.returncode == 4
        assert "it was killed" in killed.stdout
        second = at.start("sync", "--follow", "--quiet", "--no-tail")
        line = line_of(second)
        assert " ok: 8 days fetched, " in line
        assert submits(at) == 1
        second.send_signal(signal.SIGTERM)
        _, err = second.communicate(timeout=PATIENCE)
        assert "waiting" not in err, "the lock went with the process"
        assert str(first.pid) not in err


def test_a_second_one_waits_and_takes_over(at: Desk) -> None:
    first = at.start("sync", "--follow", "--quiet")
    line_of(first)
    second = at.start("sync", "--follow", "--quiet")
    assert second.stderr is not None
    said = next(line for line in second.stderr if "without a TABLE" not in line)
    assert f"another `trunkline sync --follow` ({first.pid}) serves this data directory" in said
    query = at.run("query", "--covered", "SELECT count(*) FROM conversations")
    assert query.returncode == 0, "a reader waits for nobody"
    first.kill()
    first.communicate()
    assert " ok: " in line_of(second)
    assert at.run("status").stdout.startswith(f"running as process {second.pid} ")
    second.send_signal(signal.SIGTERM)
    second.communicate(timeout=PATIENCE)


def test_a_query_of_another_process_comes_between_two_rounds(at: Desk) -> None:
    service = at.start("sync", "--follow", "--quiet")
    line_of(service)
    day = "SELECT count(*) FROM conversations WHERE conversation_start::DATE = DATE '2025-03-03'"
    done = at.run("query", day)
    assert done.returncode == 0, done.stderr
    assert "another process" not in done.stderr
    service.send_signal(signal.SIGTERM)
    service.communicate(timeout=PATIENCE)


def test_refused_at_the_start_it_ends_with_3(tmp_path: Path) -> None:
    refused = replace(SMALL, faults=(Fault("POST /oauth/token", "401", times=0),))
    with desk(tmp_path, refused) as at:
        done = at.run("sync", "--follow", "--quiet")
        assert done.returncode == 3, done.stderr
        status = at.run("status")
        assert status.returncode == 4
        assert "CredentialsError: " in status.stdout


def test_without_its_provider_it_says_so_and_stays(tmp_path: Path) -> None:
    away = replace(SMALL, faults=(Fault("* *", "reset-before", times=0),))
    with desk(tmp_path, away) as at:
        service = at.start("sync", "--follow", "--quiet")
        line = line_of(service)
        assert " failing: 1 round failed since " in line
        assert "last success never" in line
        assert state(at) == "failing"
        status = at.run("status")
        assert "/oauth/token 6 times" in status.stdout
        service.send_signal(signal.SIGTERM)
        _, err = service.communicate(timeout=PATIENCE)
        assert service.returncode == 5
        assert "it is tried again at 20" in err


def test_there_is_no_service(at: Desk) -> None:
    done = at.run("status")
    assert done.returncode == 4
    assert "no `trunkline sync --follow` has run in " in done.stdout
    assert not at.home.exists()


def test_on_a_terminal_it_shows_its_rounds_and_lines(at: Desk) -> None:
    reading, writing = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "trunkline", "sync", "--follow"],
        env=at.environment | {"TERM": "xterm"},
        cwd=at.folder,
        stdin=writing,
        stdout=writing,
        stderr=writing,
    ) as process:
        os.close(writing)
        shown = b""
        while b"next round" not in shown:
            shown += os.read(reading, 65_536)
        process.send_signal(signal.SIGINT)
        with suppress(OSError):  # how the other end of a terminal says that it was closed
            while more := os.read(reading, 65_536):
                shown += more
        assert process.wait(PATIENCE) == 5
    os.close(reading)
    assert b"landed" in shown
    assert b" ok: 8 days fetched, " in shown
    assert b"stopped on request" in shown
