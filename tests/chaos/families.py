"""The kinds of stories that there are: how one is drawn and lived, its bugs, what it must meet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import tests.chaos.direct.drawing
import tests.chaos.direct.met
import tests.chaos.direct.plants
import tests.chaos.direct.trial
from tests.chaos import drawing, plants, report, trial
from tests.chaos.places import somewhere
from tests.chaos.story import Story
from tests.chaos.trial import Verdict
from tests.chaos.world import Plant

HERE = Path(__file__).parent
EVERY = 3  # of so many seeds, one lives a story of aggregates and lists besides its own


@dataclass(frozen=True, slots=True)
class Family:
    """One kind of story. ``chosen`` says by which seed each of its bugs is caught."""

    name: str
    drawn: Callable[[int], Story]
    tried: Callable[..., Verdict]
    plants: Mapping[str, Plant]
    expected: frozenset[str]
    chosen: Path


FAMILIES = {
    family.name: family
    for family in (
        Family(
            "jobs",
            drawing.drawn,
            trial.tried,
            plants.PLANTS,
            report.EXPECTED,
            HERE / "chosen.json",
        ),
        Family(
            "direct",
            tests.chaos.direct.drawing.drawn,
            tests.chaos.direct.trial.tried,
            tests.chaos.direct.plants.PLANTS,
            tests.chaos.direct.met.EXPECTED,
            HERE / "direct" / "chosen.json",
        ),
    )
}
Life = tuple[str, int]
"""A family and a seed."""


def lived(life: Life) -> Verdict:
    """One story in a directory of its own, which its tale calls ``home``."""
    name, seed = life
    family = FAMILIES[name]
    with somewhere() as home:
        verdict = family.tried(family.drawn(seed), home)
    return replace(verdict, tale=verdict.tale.replace(str(home), "home"))


def lives(seeds: Iterable[int], family: str | None = None) -> list[Life]:
    """The stories of some seeds: of one family; or of jobs, and of one in three another besides."""
    if family is not None:
        return [(family, seed) for seed in seeds]
    return [
        (name, seed)
        for seed in seeds
        for name in (("jobs", "direct") if seed % EVERY == 0 else ("jobs",))
    ]
