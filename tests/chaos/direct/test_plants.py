"""The proof of the proof: each planted bug is caught, by a seed that is well without it.

Which seed that is, ``python -m tests.chaos.choosing --family direct`` finds and writes down.
"""

from __future__ import annotations

import pytest

from tests.chaos.choosing import WELL, before, is_caught
from tests.chaos.families import FAMILIES

FAMILY = FAMILIES["direct"]
SEEDS = before(FAMILY)


@pytest.mark.parametrize("name", FAMILY.plants)
def test_a_planted_bug_is_caught(name: str) -> None:
    assert is_caught((SEEDS[name], name), FAMILY), "choose anew: make plants FAMILY=direct"


@pytest.mark.parametrize("seed", sorted(set(SEEDS.values())))
def test_what_catches_them_is_well_without_them(seed: int) -> None:
    told = f"see why: make chaos SEEDS=1 FIRST={seed} FAMILY=direct"
    assert not is_caught((seed, WELL), FAMILY), told
