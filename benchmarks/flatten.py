"""gzip to staged, masked Parquet: Trunkline, pandas.json_normalize and dlt in one run.

    python -m benchmarks.flatten --pages 12 --peer-pages 3

The pages are the simulator's, the same at every run. Each candidate runs in a process of its own,
after a page to warm up, in turn for ``--rounds``; the median round counts. The first figure is
megabytes of JSON a second of processor time, in which what else runs on the machine hardly shows;
the wall clock stands beside it, and is what counts for two threads (two pages at once, as the
engine has them). The peers have one thread. All mask names and numbers and land the same rows. dlt
keeps every attribute it is sent and does not sum metrics; its figure includes loading DuckDB.
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
from importlib import import_module
from pathlib import Path
from statistics import median

from benchmarks.pages import pages as made

ONE_THREAD = {"OMP_NUM_THREADS": "1", "NORMALIZE__WORKERS": "1", "LOAD__WORKERS": "1"}
OURS = "trunkline"
CANDIDATES = {
    OURS: "ours.land",
    "trunkline, two threads": "ours.land_on_two",
    "pandas.json_normalize": "with_pandas.land",
    "dlt, Parquet loader": "with_dlt.land",
}

Run = tuple[float, float, dict[str, int]]  # seconds a megabyte: processor, clock; then the rows


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
    with tempfile.TemporaryDirectory() as folder:
        _compare(Path(folder), asked.pages, asked.peer_pages, asked.rounds)


def _compare(folder: Path, pages: int, peer_pages: int, rounds: int) -> None:
    size = _write_pages(folder, pages, peer_pages) / 1e6
    print(f"{pages} pages, {size:.1f} MB of JSON; peers: {peer_pages} pages; {rounds} rounds")
    turns = [(name, _run(name, folder)) for _ in range(rounds) for name in CANDIDATES]
    runs = {name: [run for ran, run in turns if ran == name] for name in CANDIDATES}
    ours = median(processor for processor, _, _ in runs[OURS])
    for name, of_name in runs.items():
        processor = median(seconds for seconds, _, _ in of_name)
        wall = median(seconds for _, seconds, _ in of_name)
        rates = f"{1 / processor:6.1f} MB/s of processor, {1 / wall:6.1f} by the clock"
        print(f"{name:23}{rates}, x{processor / ours:5.1f}  {_told(of_name[0][2])}")
    landed = runs[OURS][0][2]["bytes"]
    print(f"landed: {landed / 1e3 / size:.0f} kB of Parquet for each MB of JSON")


def _told(rows: dict[str, int]) -> str:
    return ", ".join(f"{table} {number:,}" for table, number in rows.items() if table != "bytes")


def _write_pages(folder: Path, pages: int, peer_pages: int) -> int:
    """All pages, and the peers'; bytes of JSON."""
    for name in ("all", "peers"):
        (folder / name).mkdir()
    total = 0
    for number, (packed, size) in enumerate(made(pages)):
        total += size
        for name in ("all", "peers") if number < peer_pages else ("all",):
            (folder / name / f"{number:03}.json.gz").write_bytes(packed)
    return total


def _run(name: str, folder: Path) -> Run:
    pages = folder / ("all" if name.startswith(OURS) else "peers")
    command = [sys.executable, "-m", "benchmarks.flatten", "--candidate", name]
    answer = subprocess.run(
        [*command, "--folder", str(pages)],
        check=True,
        stdout=subprocess.PIPE,
        env={**os.environ, **ONE_THREAD},
    )
    processor, wall, rows = json.loads(answer.stdout.splitlines()[-1])
    return processor, wall, rows


def _measure(name: str, files: list[Path]) -> Run:
    packed = [file.read_bytes() for file in files]
    module, _, function = CANDIDATES[name].partition(".")
    # Imported here: each candidate runs in a process without the others' libraries.
    land = getattr(import_module(f"benchmarks.candidates.{module}"), function)
    land(packed[:1])
    processor, clock = time.process_time(), time.perf_counter()
    rows = land(packed)
    processor, clock = time.process_time() - processor, time.perf_counter() - clock
    megabytes = sum(len(gzip.decompress(page)) for page in packed) / 1e6
    return processor / megabytes, clock / megabytes, rows


if __name__ == "__main__":
    main()
