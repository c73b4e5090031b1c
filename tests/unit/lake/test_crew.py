"""Threads below a ceiling of memory that leaves no room for one. In a process of its own."""

from __future__ import annotations

import subprocess
import sys

import pytest

TIGHT = """
import resource, threading
from pathlib import Path
from trunkline.lake.crew import crew

def tighten():
    lines = Path("/proc/self/status").read_text().splitlines()
    taken = next(int(line.split()[1]) for line in lines if line.startswith("VmData:")) * 1024
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (taken + 4_000_000, hard))

def all_at_once(made):
    met = threading.Barrier(5)
    works = [made.submit(met.wait, 20) for _ in range(5)]
    return sorted(work.result(20) for work in works)

"""
BEFORE = "made = crew(5, 'a'); tighten()"
BELOW = "tighten(); made = crew(5, 'a')"
LAZY = "from concurrent.futures import ThreadPoolExecutor; made = ThreadPoolExecutor(5); tighten()"
SAY = "\nprint(all_at_once(made), resource.getrlimit(resource.RLIMIT_DATA)[0] > 0, flush=True)"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts this")


def _run(story: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", TIGHT + story + SAY]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("story", [BEFORE, BELOW])
def test_all_of_a_crew_work_below_a_ceiling_without_room(story: str) -> None:
    done = _run(story)
    assert (done.returncode, done.stdout) == (0, "[0, 1, 2, 3, 4] True\n"), done.stderr


def test_there_is_no_room_indeed() -> None:
    """What an executor does that starts threads when they are needed."""
    done = _run(LAZY)
    assert done.returncode != 0
    assert "can't start new thread" in done.stderr
