"""gzip to staged, masked zstd Parquet: Trunkline, pandas.json_normalize and dlt in one run.

    python -m benchmarks.flatten --pages 12 --peer-pages 3

The pages are the simulator's. Each candidate runs in a process of its own, after one page to warm
up, in turn for ``--rounds``; the best round counts. Megabytes of JSON a second of processor time,
since what else runs on the machine hardly shows in it; the wall clock stands beside it. All three
mask names and numbers and land the same rows. dlt keeps every attribute it is sent and does not
sum metrics; its figure includes loading DuckDB.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path

from trunkline_simulator import Shape, conversations_of

FIRST = date(2025, 3, 3)
ONE_THREAD = {"OMP_NUM_THREADS": "1", "NORMALIZE__WORKERS": "1", "LOAD__WORKERS": "1"}
CANDIDATES = {
    "trunkline": "ours",
    "pandas.json_normalize": "with_pandas",
    "dlt, Parquet loader": "with_dlt",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=12, help="pages of 1,000 conversations")
    parser.add_argument("--peer-pages", type=int, default=3, help="pages for the slower peers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--candidate", choices=CANDIDATES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.candidate:
        print(json.dumps(_measure(asked.candidate, sorted(asked.folder.glob("*.gz")))))
        return
    with tempfile.TemporaryDirectory() as made:
        _compare(Path(made), asked.pages, asked.peer_pages, asked.rounds)


def _compare(folder: Path, pages: int, peer_pages: int, rounds: int) -> None:
    sizes = list(_write_pages(folder, pages, peer_pages))
    print(
        f"{pages} pages, {sum(sizes) / 1e6:.1f} MB of JSON; peers: {peer_pages} pages; one thread"
    )
    turns = [(name, _run(name, folder)) for _ in range(rounds) for name in CANDIDATES]
    best = {name: min(run for ran, run in turns if ran == name) for name in CANDIDATES}
    ours = best["trunkline"][0]
    for name, (seconds, wall, rows) in best.items():
        rates = f"{1 / seconds:7.1f} MB/s, wall {1 / wall:7.1f}, x{seconds / ours:5.1f}"
        print(f"{name:22}{rates}  {', '.join(f'{table} {n:,}' for table, n in rows.items())}")


def _write_pages(folder: Path, pages: int, peer_pages: int) -> Iterator[int]:
    """Pages of a thousand conversations, gzip as the provider sends them; all, and the peers'."""
    for name in ("all", "peers"):
        (folder / name).mkdir()
    made = _conversations()
    for number in range(pages):
        page = {"conversations": [next(made) for _ in range(1000)], "cursor": str(number)}
        body = json.dumps(page, separators=(",", ":"), ensure_ascii=False).encode()
        packed = gzip.compress(body, 6)
        for name in ("all", "peers") if number < peer_pages else ("all",):
            (folder / name / f"{number:03}.json.gz").write_bytes(packed)
        yield len(body)


def _conversations() -> Iterator[dict[str, object]]:
    day = FIRST
    while True:
        yield from conversations_of(Shape(per_day=1000), day)
        day += timedelta(days=1)


def _run(name: str, folder: Path) -> tuple[float, float, dict[str, int]]:
    """Seconds a megabyte by the processor and by the wall clock, and the rows."""
    pages = folder / ("all" if name == "trunkline" else "peers")
    command = [sys.executable, "-m", "benchmarks.flatten", "--candidate", name]
    answer = subprocess.run(
        [*command, "--folder", str(pages)],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, **ONE_THREAD},
    )
    seconds, wall, rows = json.loads(answer.stdout.splitlines()[-1])
    return seconds, wall, rows


def _measure(name: str, files: list[Path]) -> tuple[float, float, dict[str, int]]:
    packed = [file.read_bytes() for file in files]
    # Imported here: each candidate runs in a process without the others' libraries.
    land = import_module(f"benchmarks.candidates.{CANDIDATES[name]}").land
    land(packed[:1])
    processor, clock = time.process_time(), time.perf_counter()
    rows = land(packed)
    processor, clock = time.process_time() - processor, time.perf_counter() - clock
    megabytes = sum(len(gzip.decompress(page)) for page in packed) / 1e6
    return processor / megabytes, clock / megabytes, rows


if __name__ == "__main__":
    main()
