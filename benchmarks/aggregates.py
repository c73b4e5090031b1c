"""Memory of a year of aggregates: 500 queues, every quarter of an hour from eight to six.

    python -m benchmarks.aggregates --queues 500

One month, then twelve, each by the command that a user runs, in a process of its own, over HTTP.
The simulator is the provider of all but the aggregates; their answers are laid out beforehand, a
day like another, for the truth of so many conversations would take hours to make. Budget: 800 MB,
however many months.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from trunkline_simulator import Settings, Simulator, run_in_thread
from trunkline_simulator.messages import SimRequest, SimResponse

SPANS = {"one month": ("2025-03-01", "2025-04-01"), "twelve months": ("2025-01-01", "2026-01-01")}
OPEN = range(8 * 4, 18 * 4)  # quarters of an hour of a day
_TIMERS = ("tAcd", "tAcw", "tAlert", "tAnswered", "tHandle", "tTalk", "tTalkComplete", "tWait")
_DAY = b"2025-01-01"


@dataclass(slots=True)
class Vendor:
    """The simulator, with aggregates of as many queues as are wanted."""

    simulator: Simulator
    queues: int
    bytes: int = 0
    _laid_out: dict[tuple[int, int], bytes] = field(default_factory=dict)

    def handle(self, request: SimRequest) -> SimResponse:
        if not request.path.endswith("/aggregates/query"):
            return self.simulator.handle(request)
        start, end = msgspec.json.decode(request.body)["interval"].split("/")
        first, last = _quarter(start), _quarter(end) or 96
        body = self._body(first, last).replace(_DAY, start[:10].encode())
        self.bytes += len(body)
        allowed = {"inin-ratelimit-allowed": "100000", "Content-Type": "application/json"}
        return SimResponse(200, allowed, body)

    def _body(self, first: int, last: int) -> bytes:
        if (first, last) not in self._laid_out:
            found = b'{"results":[%s]}' % b",".join(self._groups(first, last))
            self._laid_out[first, last] = found
        return self._laid_out[first, last]

    def _groups(self, first: int, last: int) -> Iterator[bytes]:
        for queue in range(self.queues):
            data = [_interval(queue, at) for at in range(first, last) if at in OPEN]
            if data:
                name = f"{queue:08x}-0000-4000-8000-000000000000"
                group = {"queueId": name, "mediaType": "voice"}
                yield msgspec.json.encode({"group": group, "data": data})


def _quarter(instant: str) -> int:
    at = datetime.fromisoformat(instant)
    return at.hour * 4 + at.minute // 15


def _interval(queue: int, at: int) -> dict[str, object]:
    """A day of 2025-01-01 in the way the vendor writes it; its last interval ends on that day."""
    start = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=15 * at)
    ends = (start, start + timedelta(minutes=15))
    texts = (f"{end:%Y-%m-%dT%H:%M:%S}.000Z" for end in ends)
    count = 1 + (queue * 7 + at) % 9
    metrics: list[dict[str, object]] = [
        {
            "metric": name,
            "stats": {"max": 9e4, "min": 1e3, "count": count, "sum": 12_345.0 * count + place},
        }
        for place, name in enumerate(_TIMERS)
    ]
    metrics.append({"metric": "nOffered", "stats": {"count": count}})
    level = {"ratio": 0.875, "numerator": 7.0, "denominator": 8.0, "target": 0.8}
    metrics.append({"metric": "oServiceLevel", "stats": level})
    return {"interval": "/".join(texts), "metrics": metrics}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--queues", type=int, default=500)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        _run_child(asked.child)
        return
    found = {name: _measure(span, asked.queues) for name, span in SPANS.items()}
    print(
        f"{'twelve months take':<24} {found['twelve months'] / found['one month']:.2f} x one month"
    )


def _measure(span: tuple[str, str], queues: int) -> float:
    settings = Settings()
    vendor = Vendor(Simulator(settings, lambda: datetime.now(UTC)), queues)
    client = settings.clients[0]
    with run_in_thread(vendor) as address, tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "TRUNKLINE_HOME": str(Path(folder) / "data"),
            "TRUNKLINE_MAX_REQUESTS": "100000",
            "GENESYS_API_URL": address.url,
            "GENESYS_LOGIN_URL": address.url,
            "GENESYS_CLIENT_ID": client.client_id,
            "GENESYS_CLIENT_SECRET": client.secret,
        }
        command = [sys.executable, "-m", "benchmarks.aggregates", "--child", *span]
        began = time.monotonic()
        done = subprocess.run(
            command, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
        seconds = time.monotonic() - began
    *_, rows, megabytes = done.stdout.split()
    print(
        f"{queues} queues, {min(span)} to {max(span)}: {int(rows):,} rows of "
        f"{vendor.bytes / 1e6:,.0f} MB of JSON, {seconds:.0f} s, "
        f"{float(megabytes):.0f} MB of memory at the most",
        flush=True,
    )
    return float(megabytes)


def _run_child(span: list[str]) -> None:
    """The command in a process whose only child it is; its rows, its largest resident size."""
    question = (
        "SELECT count(*) AS rows FROM queue_intervals"
        f" WHERE interval_start >= '{span[0]}' AND interval_start < '{span[1]}'"
    )
    command = [sys.executable, "-m", "trunkline", "query", "--quiet", "--format", "csv", question]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    print(done.stdout.split()[-1], resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
