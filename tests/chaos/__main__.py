"""Many seeds, on as many processes as there are cores: ``make chaos SEEDS=10000 FIRST=0``.

Each lives its story of jobs, and one in three besides a story of what is asked for directly; or all
of them those of one family: ``FAMILY=direct``.

Exit status 1 where a seed fails, or where a fault was never met; 130 where Ctrl-C ended it, with
the summary of what was done until then. One seed alone tells its story.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from functools import partial

from tests.chaos.families import FAMILIES, Family, lived, lives
from tests.chaos.pool import pool, run_life
from tests.chaos.report import Total

INTERRUPTED = 130
say = partial(print, flush=True)


def main() -> int:
    """Run the seeds and print what they came to."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--family", choices=[*FAMILIES], help="of one family only")
    asked = parser.parse_args()
    if asked.seeds == 1:
        return _one(FAMILIES[asked.family or "jobs"], asked.first)
    wanted = lives(range(asked.first, asked.first + asked.seeds), asked.family)
    totals = {name: Total(name, FAMILIES[name].expected) for name, _ in wanted}
    began, interrupted = time.monotonic(), False
    with pool(asked.workers) as workers:
        try:
            for done, (name, verdict) in enumerate(workers.map(run_life, wanted), start=1):
                totals[name].add(verdict)
                for text in verdict.violations[:1]:
                    say(f"{name}, seed {verdict.seed}: {text}")
                if done % 100 == 0:
                    say(f"... {done} stories, {time.monotonic() - began:.0f} s")
        except KeyboardInterrupt:
            interrupted = True
    for total in totals.values():
        say(total.summary(time.monotonic() - began))
    failed = any(total.holes or total.bad for total in totals.values())
    return INTERRUPTED if interrupted else int(failed)


def _one(family: Family, seed: int) -> int:
    """One seed, with its story."""
    verdict = lived((family.name, seed))
    say(verdict.tale)
    return int(bool(verdict.violations))


if __name__ == "__main__":
    sys.exit(main())
