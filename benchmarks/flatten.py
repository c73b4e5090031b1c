"""gzip to masked zstd Parquet on one thread: Trunkline, pandas.json_normalize and dlt, in one run.

    python -m benchmarks.flatten --pages 12 --peer-pages 3

The pages are the simulator's. Each candidate runs in a process of its own, after one page to warm
up, and is given in megabytes of JSON a second; machines are noisy, so the ratios are what counts.
Figures are of the best of ``--rounds``. All three mask names and numbers and count the same rows.
dlt lands every attribute it is sent and does not sum metrics; its figure includes loading DuckDB.
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
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from trunkline_simulator import Shape, conversations_of

FIRST = date(2025, 3, 3)
ONE_THREAD = {"OMP_NUM_THREADS": "1", "NORMALIZE__WORKERS": "1", "LOAD__WORKERS": "1"}
Rows = Mapping[str, int]


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
    found = {name: min(_run(name, folder) for _ in range(rounds)) for name in CANDIDATES}
    rates = {}
    for name, (seconds, megabytes, rows) in found.items():
        rates[name] = megabytes / seconds
        ratio = rates["trunkline"] / rates[name]
        counted = ", ".join(f"{table} {count:,}" for table, count in rows.items())
        print(f"{name:24} {rates[name]:8.1f} MB/s   x{ratio:5.1f}   {counted}")


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
    pages = folder / ("all" if name == "trunkline" else "peers")
    command = [sys.executable, "-m", "benchmarks.flatten", "--candidate", name, "--folder", pages]
    answer = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, env={**os.environ, **ONE_THREAD}
    )
    seconds, megabytes, rows = json.loads(answer.stdout.splitlines()[-1])
    return seconds, megabytes, rows


def _measure(name: str, files: list[Path]) -> tuple[float, float, Rows]:
    packed = [file.read_bytes() for file in files]
    candidate = CANDIDATES[name]()
    candidate(packed[:1])
    started = time.perf_counter()
    rows = candidate(packed)
    seconds = time.perf_counter() - started
    return seconds, sum(len(gzip.decompress(page)) for page in packed) / 1e6, rows


def _trunkline() -> Callable[[list[bytes]], Rows]:
    from benchmarks.candidates.ours import land

    return land


def _pandas() -> Callable[[list[bytes]], Rows]:
    from benchmarks.candidates.with_pandas import land

    return land


def _dlt() -> Callable[[list[bytes]], Rows]:
    from benchmarks.candidates.with_dlt import land

    return land


CANDIDATES: dict[str, Callable[[], Callable[[list[bytes]], Rows]]] = {
    "trunkline": _trunkline,
    "pandas.json_normalize": _pandas,
    "dlt, Parquet loader": _dlt,
}

if __name__ == "__main__":
    main()
