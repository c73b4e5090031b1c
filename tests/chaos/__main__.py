"""Many seeds, on as many processes as there are cores: ``make chaos SEEDS=10000 FIRST=0``.

Exit status 1 where a seed fails, or where a fault was never met. One seed alone tells its story.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.chaos.drawing import drawn
from tests.chaos.places import somewhere
from tests.chaos.report import EXPECTED, summary, summed
from tests.chaos.trial import Verdict, tried

ENOUGH = 500  # seeds after which every fault must have been met


def run_seed(seed: int) -> Verdict:
    """One seed in a directory of its own."""
    with somewhere() as home:
        return tried(drawn(seed), home)


def main() -> int:
    """Run the seeds and print what they came to."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    say = partial(print, flush=True)
    began = time.monotonic()
    verdicts: list[Verdict] = []
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        for verdict in pool.map(run_seed, range(asked.first, asked.first + asked.seeds)):
            verdicts.append(verdict)
            for text in verdict.violations[:1]:
                say(f"seed {verdict.seed}: {text}")
            if len(verdicts) % 100 == 0:
                say(f"... {len(verdicts)} seeds")
    if asked.seeds == 1:
        say(verdicts[0].tale)
    say(summary(verdicts, time.monotonic() - began))
    holes = asked.seeds >= ENOUGH and EXPECTED - summed(verdicts).keys()
    return int(bool(holes) or any(verdict.violations for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
