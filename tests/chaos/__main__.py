"""Many seeds, on as many processes as there are cores: ``make chaos SEEDS=10000 FIRST=0``.

Exit status 1 where a seed fails, or where a fault was never met; 130 where Ctrl-C ended it, with
the summary of what was done until then. One seed alone tells its story.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from functools import partial

from tests.chaos.drawing import drawn
from tests.chaos.places import somewhere
from tests.chaos.pool import pool, run_seed
from tests.chaos.report import Total
from tests.chaos.trial import tried

INTERRUPTED = 130


def main() -> int:
    """Run the seeds and print what they came to."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    asked = parser.parse_args()
    say = partial(print, flush=True)
    if asked.seeds == 1:
        with somewhere() as home:
            verdict = tried(drawn(asked.first), home)
        say(verdict.tale)
        return int(bool(verdict.violations))
    began, total, interrupted = time.monotonic(), Total(), False
    with pool(asked.workers) as workers:
        try:
            for verdict in workers.map(run_seed, range(asked.first, asked.first + asked.seeds)):
                total.add(verdict)
                for text in verdict.violations[:1]:
                    say(f"seed {verdict.seed}: {text}")
                if total.seeds % 100 == 0:
                    say(f"... {total.seeds} seeds, {time.monotonic() - began:.0f} s")
        except KeyboardInterrupt:
            interrupted = True
    say(total.summary(time.monotonic() - began))
    return INTERRUPTED if interrupted else int(bool(total.holes or total.bad))


if __name__ == "__main__":
    sys.exit(main())
