"""Python as a user runs it: the example of the page, and Ctrl-C."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import trunkline
from tests.acceptance.commands import SMALL, desk

QUESTION = (
    "SELECT count(*) FROM conversations"
    " WHERE conversation_start >= '2025-01-01' AND conversation_start < '2025-04-01'"
)
PROGRAM = f"""
import trunkline
with trunkline.connect() as gateway:
    try:
        gateway.query({QUESTION!r})
    except KeyboardInterrupt:
        print("stopped")
    print(gateway.query("SELECT 7 AS n").arrow().to_pylist())
"""


def test_ctrl_c_stops_the_query_and_gives_no_job_up(tmp_path: Path) -> None:
    with desk(tmp_path, replace(SMALL, queued_seconds=100_000.0)) as at:
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            env=at.environment | {"PYTHONPATH": str(Path(trunkline.__file__).parents[1])},
            cwd=at.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        while at.asked("POST", "/details/jobs") < 3:
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        # Nobody would live to see these jobs end: only a query that is stopped comes back.
        said, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors
        assert said.splitlines() == ["stopped", "[{'n': 7}]"]
        assert {entry.method for entry in at.simulator.state.log} == {"GET", "POST"}
        listed = at.run("jobs", "list")
        assert listed.stdout.count("2025-0") >= 3, listed.stdout


def test_the_example_of_the_page_runs(tmp_path: Path) -> None:
    page = Path(__file__).parents[2] / "docs/howto/python.md"
    (example,) = re.findall(r"^```python\n(.*?)^```$", page.read_text(), re.MULTILINE | re.DOTALL)
    with desk(tmp_path) as at:
        done = at.python(example)
        assert done.returncode == 0, done.stderr
        assert at.asked("POST", "/details/jobs") >= 1
    assert done.stdout.splitlines()[-1].isdigit()
