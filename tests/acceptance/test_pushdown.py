"""A filter sent along, from the command line: what is asked, what is held, what the log keeps."""

from __future__ import annotations

import json
from pathlib import Path

from tests.acceptance.commands import desk
from trunkline_simulator.directory import directory
from trunkline_simulator.settings import Settings, Shape

FEW = Settings(shape=Shape(per_day=2), queued_seconds=0.1, pending_seconds=0.2)
MARCH = "conversation_start >= '2025-03-01' AND conversation_start < '2025-04-01'"


def test_a_filter_is_sent_and_its_days_are_held_apart(tmp_path: Path) -> None:
    queue = directory(FEW.shape.seed).queues[2].id
    question = f"SELECT count(*) AS n FROM segments WHERE {MARCH} AND queue_id = '{queue}'"
    with desk(tmp_path, FEW) as found:
        before = found.run("explain", question)
        assert "not pushed, days are fetched whole" in before.stdout
        certificate = tmp_path / "certificate.json"
        done = found.run("query", "--pushdown", "always", f"--certificate={certificate}", question)
        assert done.returncode == 0, done.stderr
        held = found.run("coverage").stdout
        assert f"conversation_details, fetched where queue_id = '{queue}'" in held
        assert "2025-03  days 01-31" in held
        again = found.run("explain", question).stdout
        assert f"31 days held as fetched where queue_id = '{queue}'" in again
        assert "0 requests" in again
        wrong = found.run("query", "--pushdown", "perhaps", question)
        assert wrong.returncode == 2
        told = json.loads(certificate.read_text())
        assert told["complete"] is True
        assert list(told["filtered"]["conversation_details"]) == [f"queue_id = '{queue}'"]
        assert queue not in told["statement"]
        runs = found.run("query", "--format", "jsonl", "SELECT statement FROM trunkline.runs")
        assert "queue_id = ?" in runs.stdout
        assert queue not in runs.stdout
