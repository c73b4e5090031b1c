"""The notebooks of examples/: their cells in order, where a loop already runs, as in Jupyter.

Without Jupyter's own machinery, which would bring some forty packages to run nine cells.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.documents import ROOT
from trunkline_simulator import Settings, Shape, expected_rows

NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
RUN = """
import asyncio, json, sys
async def run():
    names = {}
    for cell in json.loads(sys.argv[1]):
        exec(compile(cell, "a cell", "exec"), names)
    print("AT THE END", json.dumps(names["report"].arrow().to_pylist(), default=str))
    print("DAYS", json.dumps(names["days"].arrow().to_pylist(), default=str))
asyncio.run(run())
"""


def cells(path: Path) -> list[str]:
    book: dict[str, Any] = json.loads(path.read_text())
    assert book["nbformat"] == 4
    return ["".join(c["source"]) for c in book["cells"] if c["cell_type"] == "code"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_has_no_outputs(path: Path) -> None:
    """Outputs go stale, and may hold what should not be shown."""
    book = json.loads(path.read_text())
    assert [c for c in book["cells"] if c.get("outputs") or c.get("execution_count")] == []


def test_the_first_report_is_right(tmp_path: Path) -> None:
    (path,) = NOTEBOOKS
    done = subprocess.run(
        [sys.executable, "-c", RUN, json.dumps(cells(path))],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "HOME": str(tmp_path),
            "TMPDIR": str(tmp_path),
        },
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    printed = dict(line.split(" [", 1) for line in done.stdout.splitlines() if " [{" in line)
    days = json.loads("[" + printed["DAYS"])
    report = json.loads("[" + printed["AT THE END"])
    simulated = Settings(shape=Shape(7, 20))
    week = date(2025, 3, 3), date(2025, 3, 9)
    truth = expected_rows(simulated, "conversations", *week, datetime.now(UTC))
    assert sum(row["conversations"] for row in days) == len(truth) > 50
    assert "complete: True" in done.stdout
    assert "requests: 0" in done.stdout
    legs = expected_rows(simulated, "sessions", *week, datetime.now(UTC))
    parts = expected_rows(simulated, "segments", *week, datetime.now(UTC))
    keys = ("conversation_id", "participant_id", "session_id")
    in_queues = {tuple(row[k] for k in keys) for row in parts if row["queue_id"]}
    offered = sum(
        row.get("n_offered") or 0 for row in legs if tuple(row[k] for k in keys) in in_queues
    )
    assert sum(int(row["offered"] or 0) for row in report) == offered > 0
    assert [row["cost_centre"] for row in report] == ["0042", "0043", "0044"]
