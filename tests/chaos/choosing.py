"""Which seeds catch the planted bugs: ``python -m tests.chaos.choosing --first 0 --seeds 300``.

Each seed, as long as some bug is not caught, lives with each of those; it is over with the first
thing that is wrong. Then a few of the seeds that caught something are chosen that catch all of
them, and are well without them: for each bug, its seed is written to ``chosen.json``.

What was tried is kept in ``--notes``: the same command goes on there. Remove it once stories,
judgement or bugs are other ones. ``--all`` tries all bugs at every seed, to learn how often each is
caught. Exit status 1 where one is not.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec

from tests.chaos.drawing import drawn
from tests.chaos.places import somewhere
from tests.chaos.plants import PLANTS
from tests.chaos.pool import Workers, pool
from tests.chaos.trial import tried

CHOSEN = Path(__file__).with_name("chosen.json")
WELL = "no bug"
Pair = tuple[int, str]


def is_caught(pair: Pair) -> bool:
    """Whether a seed finds something wrong with a bug; without one, whether it does at all."""
    seed, name = pair
    with somewhere() as home:
        if name == WELL:
            return bool(tried(drawn(seed), home).violations)
        return bool(tried(drawn(seed), home, PLANTS[name], to_the_end=False).violations)


@dataclass(slots=True)
class Trials:
    """What each pair of a seed and a bug came to, kept in a file."""

    notes: Path | None
    workers: Workers
    results: dict[Pair, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.notes and self.notes.exists():
            for line in self.notes.read_bytes().splitlines():
                seed, name, caught = msgspec.json.decode(line, type=tuple[int, str, bool])
                self.results[seed, name] = caught

    def try_all(self, pairs: Iterable[Pair]) -> None:
        """Those that were not tried yet, on all cores."""
        new = [pair for pair in pairs if pair not in self.results]
        for pair, caught in zip(new, self.workers.map(is_caught, new), strict=True):
            self.results[pair] = caught
            if self.notes:
                with self.notes.open("ab") as file:
                    file.write(msgspec.json.encode((*pair, caught)) + b"\n")

    def caught_by(self, seed: int) -> frozenset[str]:
        """The bugs that a seed catches, of those that were tried."""
        found = self.results.items()
        return frozenset(name for (at, name), caught in found if at == seed and caught) - {WELL}

    @property
    def caught(self) -> frozenset[str]:
        """The bugs that any seed catches which is well without them."""
        return frozenset().union(*map(self.caught_by, self.good))

    @property
    def good(self) -> list[int]:
        """The seeds that are well without a bug."""
        return sorted(
            seed for (seed, name), bad in self.results.items() if name == WELL and not bad
        )


def chosen(trials: Trials) -> dict[str, int]:
    """A seed for each bug; as few seeds as the next best choice leaves."""
    left, found = set(trials.caught), dict[str, int]()
    while left:
        best = max(trials.good, key=lambda seed: len(trials.caught_by(seed) & left))
        found |= dict.fromkeys(trials.caught_by(best) & left, best)
        left -= trials.caught_by(best)
    return found


def search(trials: Trials, seeds: Iterable[int], *, all_of_them: bool) -> None:
    """Try the bugs that are not caught yet, and then all of them at the seeds that caught some."""
    for seed in seeds:
        names = PLANTS.keys() if all_of_them else PLANTS.keys() - trials.caught
        if not names:
            break
        trials.try_all([(seed, WELL), *((seed, name) for name in sorted(names))])
        so_far = f"{len(trials.caught)} of {len(PLANTS)} bugs are caught"
        is_well = "" if seed in trials.good else "; it fails without one"
        print(f"seed {seed}: {so_far}{is_well}", flush=True)  # noqa: T201
    some = sorted(set(chosen(trials).values()))
    trials.try_all((seed, name) for seed in some for name in PLANTS)


def rates(trials: Trials) -> str:
    """How often each bug was caught, of a hundred seeds, and of how many that is said."""
    good = set(trials.good)
    tried_at = Counter(name for seed, name in trials.results if seed in good)
    caught = Counter(n for (seed, n), yes in trials.results.items() if yes and seed in good)
    return "\n".join(
        f"{name:<48} {100 * caught[name] // max(tried_at[name], 1):>4} of 100 ({tried_at[name]})"
        for name in sorted(PLANTS, key=lambda name: caught[name] / max(tried_at[name], 1))
    )


def main() -> int:
    """Choose, print how often each bug is caught, and write which seed catches it."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.choosing", description=__doc__)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--notes", type=Path)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    asked = parser.parse_args()
    say = partial(print, flush=True)
    with pool(asked.workers) as workers:
        trials = Trials(asked.notes, workers)
        seeds = range(asked.first, asked.first + asked.seeds)
        search(trials, seeds, all_of_them=asked.all)
    found = chosen(trials)
    say(rates(trials))
    say(f"{len(found)} of {len(PLANTS)} bugs are caught, by seeds {sorted(set(found.values()))}")
    missing = sorted(PLANTS.keys() - found.keys())
    for name in missing:
        say(f"never caught: {name}")
    CHOSEN.write_bytes(msgspec.json.format(msgspec.json.encode(found, order="sorted")) + b"\n")
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
