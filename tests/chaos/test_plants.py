"""The proof of the proof: each planted bug is caught, by a seed that is well without it.

Which seed that is, ``python -m tests.chaos.choosing`` finds and writes down.
"""

from __future__ import annotations

import pytest

from tests.chaos.choosing import WELL, before, is_caught
from tests.chaos.plants import PLANTS

SEEDS = before()


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_bug_is_caught(name: str) -> None:
    others = sorted(set(SEEDS.values()) - {SEEDS.get(name)})
    seeds = [SEEDS[name], *others] if name in SEEDS else others
    assert any(is_caught((seed, name)) for seed in seeds), "choose the seeds anew: make plants"


@pytest.mark.parametrize("seed", sorted(set(SEEDS.values())))
def test_what_catches_them_is_well_without_them(seed: int) -> None:
    assert not is_caught((seed, WELL)), f"see why: make chaos SEEDS=1 FIRST={seed}"
