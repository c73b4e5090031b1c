"""Where the time of a landed page goes, by stage: what benchmarks/profile.md has.

    python -m benchmarks.profile --pages 12

Processor time of one thread: of each page the least of ``--rounds``, lest what else runs on the
machine be counted, and of those the median over pages. A page to warm up is not counted.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from types import ModuleType
from typing import Any

from benchmarks.candidates import ours
from benchmarks.pages import pages as made
from trunkline.flatten import cut, fast, flattener, names
from trunkline.lake import landing
from trunkline.lake.landing import FILES, Receipt

# Each stage is functions, by the module they are called from. A stage that runs within another
# is taken off it.
STAGES: Mapping[str, tuple[tuple[ModuleType, str], ...]] = {
    "gunzip (isal)": ((ours, "gunzip"),),
    "JSON to columns (pyarrow.json)": ((fast, "_parse"),),
    "maps and what no table wants (msgspec)": ((fast, "_beside"),),
    "proof that nothing was left unread": ((names, "standing"), (names, "read")),
    "keys, ordinals, parents": ((flattener, "frames_of"),),
    "metrics summed": ((flattener, "sums_of"), (flattener, "metrics_in")),
    "masking": ((cut, "mask_all"),),
    "columns cut": ((flattener, "cut"),),
    "Parquet encoded (pyarrow)": ((landing, "_encoded"),),
    "sha256, rows by day": ((landing, "_staged"),),
    "written, fsync": ((landing, "_write_durably"), (landing, "_keep_names")),
}
ALL = "everything else"


class Stopwatch:
    """Processor time by stage, each without the stages that run within it."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._within = [0.0]

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            start = time.thread_time()
            self._within.append(0.0)
            try:
                return function(*arguments, **named)
            finally:
                spent = time.thread_time() - start
                self.seconds[stage] += spent - self._within.pop()
                self._within[-1] += spent

        return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    number = asked.pages
    packed, sizes = zip(*made(number + 1), strict=True)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / FILES).mkdir()
        found, receipts = _profile(Path(folder), packed, asked.rounds)
    megabytes = sum(sizes[1:]) / 1e6
    print(f"{number} pages of 1,000 conversations, {megabytes / number:.1f} MB of JSON each.\n")
    _print_stages(found, megabytes / number)
    _print_sizes(receipts, megabytes)


def _profile(
    folder: Path, packed: Sequence[bytes], rounds: int
) -> tuple[list[dict[str, float]], list[Receipt]]:
    watch = Stopwatch()
    for stage, functions in STAGES.items():
        for module, name in functions:
            setattr(module, name, watch.timed(stage, getattr(module, name)))
    land = watch.timed(ALL, ours.land_page)
    land(folder, 0, packed[0])
    gc.freeze()
    turns = [[_landed(land, watch, folder, page) for page in packed[1:]] for _ in range(rounds)]
    gc.unfreeze()
    least = [min((one for one, _ in of_page), key=_total) for of_page in zip(*turns, strict=True)]
    return least, [receipt for _, receipt in turns[0]]


def _landed(
    land: Callable[..., Any], watch: Stopwatch, folder: Path, page: bytes
) -> tuple[dict[str, float], Receipt]:
    watch.seconds.clear()
    receipt = land(folder, 0, page)
    return dict(watch.seconds), receipt


def _total(stages: Mapping[str, float]) -> float:
    return sum(stages.values())


def _print_stages(pages: list[dict[str, float]], megabytes: float) -> None:
    total = median(map(_total, pages))
    print("| stage | ms a page | share |\n|---|---:|---:|")
    for stage in (*STAGES, ALL):
        seconds = median(page[stage] for page in pages)
        print(f"| {stage} | {seconds * 1e3:.1f} | {seconds / total:.0%} |")
    print(f"| **all** | **{total * 1e3:.0f}** | |")
    print(f"\n{megabytes / total:.0f} MB of JSON a second of processor time.")


def _print_sizes(receipts: list[Receipt], megabytes: float) -> None:
    sizes: Counter[str] = Counter()
    for file in (file for receipt in receipts for file in receipt.files):
        sizes[file.table] += file.bytes
    print("\n| table | kB of Parquet for each MB of JSON |\n|---|---:|")
    for table, size in sizes.most_common():
        print(f"| {table} | {size / 1e3 / megabytes:.1f} |")
    print(f"| **all** | **{sizes.total() / 1e3 / megabytes:.0f}** |")


if __name__ == "__main__":
    main()
