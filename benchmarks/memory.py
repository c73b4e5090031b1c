"""Memory of a landing: one month, then twelve of the same size, each in a process of its own.

    python -m benchmarks.memory --per-day 300

The command is the one a user runs, over HTTP against a served simulator. The figure is the largest
resident size of its process. It must not grow with the number of months (budget: 800 MB).
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from trunkline_simulator import Settings, Shape, Simulator, run_in_thread

SPANS = {"one month": ("2025-03-01", "2025-04-01"), "twelve months": ("2025-01-01", "2026-01-01")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--per-day", type=int, default=300)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        _run_child(asked.child)
        return
    settings = Settings(shape=Shape(per_day=asked.per_day), pending_seconds=1.0)
    with run_in_thread(Simulator(settings, lambda: datetime.now(UTC))) as address:
        found = {
            name: _measure(span, address.url, settings, asked.per_day)
            for name, span in SPANS.items()
        }
    for name, megabytes in found.items():
        print(f"{name:<14} {megabytes:7.0f} MB at the most")
    print(f"twelve months take {found['twelve months'] / found['one month']:.2f} x one month")


def _measure(span: tuple[str, str], url: str, settings: Settings, per_day: int) -> float:
    client = settings.clients[0]
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "TRUNKLINE_HOME": str(Path(folder) / "data"),
            "TRUNKLINE_MAX_REQUESTS": str(100 + per_day * 10),
            "GENESYS_API_URL": url,
            "GENESYS_LOGIN_URL": url,
            "GENESYS_CLIENT_ID": client.client_id,
            "GENESYS_CLIENT_SECRET": client.secret,
        }
        command = [sys.executable, "-m", "benchmarks.memory", "--child", *span]
        done = subprocess.run(
            command, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
    return float(done.stdout.splitlines()[-1])


def _run_child(span: list[str]) -> None:
    """The command in a process whose only child it is; its largest resident size in MB."""
    question = (
        "SELECT count(*), sum(value) FROM session_metrics"
        f" WHERE conversation_start >= '{span[0]}' AND conversation_start < '{span[1]}'"
    )
    subprocess.run([sys.executable, "-m", "trunkline", "query", "--quiet", question], check=True)
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
