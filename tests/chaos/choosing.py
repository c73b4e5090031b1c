"""Which seeds catch the planted bugs: ``python -m tests.chaos.choosing --first 0 --seeds 300``.

Each seed, as long as some bug is not caught, lives with each of those; it is over with the first
thing that is wrong. Seeds that are named, and those that were chosen last, come before the others.
Then a few of the seeds that caught something are chosen that catch all of them, are well without
them, and take little time in all: for each bug, its seed is written to the ``chosen.json`` of its
family (``--family``).

What was tried is kept in ``--notes``: the same command goes on there. Remove it once stories,
judgement or bugs are other ones. ``--all`` tries all bugs at every seed, to learn how often each is
caught. Exit status 1 where one is not.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import msgspec

from tests.chaos.families import FAMILIES, Family
from tests.chaos.places import somewhere
from tests.chaos.pool import Workers, pool

JOBS = FAMILIES["jobs"]
WELL = "no bug"
FEW = 1  # bugs of a seed that may be needless
Pair = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Tried:
    """What a seed and a bug came to, and the processor time that it took."""

    caught: bool
    seconds: float


def is_caught(pair: Pair, family: Family = JOBS) -> bool:
    """Whether a seed finds something wrong with a bug; without one, whether it does at all."""
    seed, name = pair
    story = family.drawn(seed)
    with somewhere() as home:
        if name == WELL:
            return bool(family.tried(story, home).violations)
        return bool(family.tried(story, home, family.plants[name], to_the_end=False).violations)


def _timed(family: str, pair: Pair) -> Tried:
    began = time.process_time()
    caught = is_caught(pair, FAMILIES[family])
    return Tried(caught, round(time.process_time() - began, 2))


@dataclass(slots=True)
class Trials:
    """What each pair of a seed and a bug came to, kept in a file."""

    notes: Path | None
    workers: Workers
    family: Family = JOBS
    results: dict[Pair, Tried] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.notes and self.notes.exists():
            for line in self.notes.read_bytes().splitlines():
                seed, name, found = msgspec.json.decode(line, type=tuple[int, str, Tried])
                self.results[seed, name] = found

    def try_all(self, pairs: Iterable[Pair]) -> None:
        """Those that were not tried yet, on all cores."""
        new = [pair for pair in pairs if pair not in self.results]
        timed = partial(_timed, self.family.name)
        for pair, found in zip(new, self.workers.map(timed, new), strict=True):
            self.results[pair] = found
            if self.notes:
                with self.notes.open("ab") as file:
                    file.write(msgspec.json.encode((*pair, found)) + b"\n")

    def caught_by(self, seed: int) -> frozenset[str]:
        """The bugs that a seed catches, of those that were tried."""
        found = self.results.items()
        return frozenset(n for (at, n), one in found if at == seed and one.caught) - {WELL}

    def seconds(self, seed: int, names: Iterable[str]) -> float:
        """What the tests of a seed take that catches these bugs."""
        return sum(self.results[seed, name].seconds for name in (WELL, *names))

    @property
    def caught(self) -> frozenset[str]:
        """The bugs that any seed catches which is well without them."""
        return frozenset().union(*map(self.caught_by, self.good))

    @property
    def good(self) -> list[int]:
        """The seeds that are well without a bug."""
        return sorted(
            seed for (seed, name), one in self.results.items() if name == WELL and not one.caught
        )


def chosen(trials: Trials) -> dict[str, int]:
    """A seed for each bug: few seeds, and of them for each bug the one that is over soonest."""
    return _soonest(trials, _few(trials))


def _soonest(trials: Trials, seeds: Iterable[int]) -> dict[str, int]:
    """Of some seeds, for each bug that they catch, the one that is over soonest."""
    found = dict[str, int]()
    for seed in seeds:
        for name in trials.caught_by(seed):
            one = trials.results[seed, name].seconds
            if name not in found or one < trials.results[found[name], name].seconds:
                found[name] = seed
    return found


def seconds(trials: Trials, found: Mapping[str, int]) -> float:
    """What the tests take of a processor."""
    pairs = [(seed, name) for name, seed in found.items()]
    pairs += [(seed, WELL) for seed in set(found.values())]
    return sum(trials.results[pair].seconds for pair in pairs)


def _few(trials: Trials) -> list[int]:
    """Seeds that catch all that is caught: always the one that takes least for what it adds."""
    caught = {seed: trials.caught_by(seed) for seed in trials.good}
    left, found = set(trials.caught), list[int]()
    while left:
        new = {seed: names & left for seed, names in caught.items() if names & left}
        prices = {seed: trials.seconds(seed, its) / len(its) for seed, its in new.items()}
        found.append(min(prices, key=prices.__getitem__))
        left -= new[found[-1]]
    for seed in tuple(found):  # once all are there, one may be needless
        now, others = (_soonest(trials, (s for s in found if s != but)) for but in (None, seed))
        if others.keys() == now.keys() and seconds(trials, others) <= seconds(trials, now):
            found.remove(seed)
    return found


def search(trials: Trials, seeds: Iterable[int], *, all_of_them: bool) -> None:
    """Try the bugs not caught yet; then, at the seeds chosen, those of seeds that catch few."""
    plants = trials.family.plants
    for seed in dict.fromkeys(seeds):
        names = plants.keys() if all_of_them else plants.keys() - trials.caught
        if not names:
            break
        trials.try_all([(seed, WELL)])
        if seed in trials.good:
            trials.try_all((seed, name) for name in sorted(names))
        so_far = f"{len(trials.caught)} of {len(plants)} bugs are caught"
        is_well = "" if seed in trials.good else "; it fails without one"
        print(f"seed {seed}: {so_far}{is_well}", flush=True)  # noqa: T201
    found = chosen(trials)
    often = Counter(found.values())
    rare = [name for name, seed in found.items() if often[seed] <= FEW]
    trials.try_all((seed, name) for seed in often for name in rare)


def rates(trials: Trials) -> str:
    """How often each bug was caught, of the seeds that it was tried at."""
    good = set(trials.good)
    tried_at = Counter(name for seed, name in trials.results if seed in good)
    found = trials.results.items()
    caught = Counter(name for (seed, name), one in found if one.caught and seed in good)
    return "\n".join(
        f"{name:<50} {caught[name]:>4} of {tried_at[name]:>4}"
        for name in sorted(
            trials.family.plants, key=lambda name: caught[name] / max(tried_at[name], 1)
        )
    )


def before(family: Family = JOBS) -> dict[str, int]:
    """The seed of each bug, as it was chosen last."""
    if not family.chosen.exists():
        return {}
    return msgspec.json.decode(family.chosen.read_bytes(), type=dict[str, int])


def main() -> int:
    """Choose, print how often each bug is caught, and write which seed catches it."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.choosing", description=__doc__)
    parser.add_argument("seed", type=int, nargs="*", help="to be tried before all others")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seeds", type=int, default=300)
    parser.add_argument("--family", choices=[*FAMILIES], default=JOBS.name)
    parser.add_argument("--notes", type=Path)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    asked = parser.parse_args()
    say, family = partial(print, flush=True), FAMILIES[asked.family]
    with pool(asked.workers) as workers:
        trials = Trials(asked.notes, workers, family)
        others = range(asked.first, asked.first + asked.seeds)
        seeds = [*asked.seed, *sorted(set(before(family).values())), *others]
        search(trials, seeds, all_of_them=asked.all)
    found = chosen(trials)
    say(rates(trials))
    by = sorted(set(found.values()))
    say(f"{len(found)} of {len(family.plants)} bugs are caught, by seeds {by}")
    say(f"the tests take {seconds(trials, found):.0f} s of a processor")
    missing = sorted(family.plants.keys() - found.keys())
    for name in missing:
        say(f"never caught: {name}")
    family.chosen.write_bytes(
        msgspec.json.format(msgspec.json.encode(found, order="sorted")) + b"\n"
    )
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
