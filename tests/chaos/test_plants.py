"""The proof of the proof: each planted bug is caught, by a seed that is well without it."""

from __future__ import annotations

import pytest

from tests.chaos.drawing import drawn
from tests.chaos.places import somewhere
from tests.chaos.plants import PLANTS
from tests.chaos.trial import tried

SEEDS = (40, 5220, 14, 19, 61, 622, 351)


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_bug_is_caught(name: str) -> None:
    for seed in SEEDS:
        with somewhere() as home:
            if tried(drawn(seed), home, PLANTS[name], to_the_end=False).violations:
                return
    pytest.fail(f"nothing caught it: {name}")


@pytest.mark.parametrize("seed", SEEDS)
def test_what_catches_them_is_well_without_them(seed: int) -> None:
    with somewhere() as home:
        verdict = tried(drawn(seed), home)
    assert not verdict.violations, "\n".join((*verdict.violations, verdict.tale))
