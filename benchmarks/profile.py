"""Where the time of a landed page goes, by stage: what benchmarks/profile.md has.

    python -m benchmarks.profile --pages 12

Processor time of one thread, the median over pages; a page to warm up is not counted.
"""

from __future__ import annotations

import argparse
import gc
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
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
    "masking": ((cut, "mask"),),
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
    number = parser.parse_args().pages
    packed, sizes = zip(*made(number + 1), strict=True)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / FILES).mkdir()
        found, receipts = _profile(Path(folder), packed)
    megabytes = sum(sizes[1:]) / 1e6
    print(f"{number} pages of 1,000 conversations, {megabytes / number:.1f} MB of JSON each.\n")
    _print_stages(found)
    _print_sizes(receipts, megabytes)


def _profile(folder: Path, packed: Iterable[bytes]) -> tuple[list[dict[str, float]], list[Receipt]]:
    watch, stages, receipts = Stopwatch(), [], []
    for stage, functions in STAGES.items():
        for module, name in functions:
            setattr(module, name, watch.timed(stage, getattr(module, name)))
    land = watch.timed(ALL, ours.land_page)
    gc.freeze()
    for place, page in enumerate(packed):
        watch.seconds.clear()
        receipts.append(land(folder, place, page))
        stages.append(dict(watch.seconds))
    gc.unfreeze()
    return stages[1:], receipts[1:]


def _print_stages(pages: list[dict[str, float]]) -> None:
    total = median(sum(page.values()) for page in pages)
    print("| stage | ms a page | share |\n|---|---:|---:|")
    for stage in (*STAGES, ALL):
        seconds = median(page[stage] for page in pages)
        print(f"| {stage} | {seconds * 1e3:.1f} | {seconds / total:.0%} |")
    print(f"| **all** | **{total * 1e3:.0f}** | |")


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
