"""A fixed number of stories of aggregates and lists; ``make chaos FAMILY=direct`` lives more.

A seed that fails prints its story. It happens again, exactly, with the same seed.
"""

from __future__ import annotations

import pytest

from tests.chaos.families import EVERY, lived, lives

SEEDS = range(12)
APIECE = 2  # seeds of one test: so few that the cores share the work evenly


@pytest.mark.parametrize("first", SEEDS[::APIECE])
def test_what_is_held_is_what_was_told(first: int) -> None:
    for seed in SEEDS[first : first + APIECE]:
        verdict = lived(("direct", seed))
        assert not verdict.violations, "\n".join((*verdict.violations, verdict.tale))


def test_a_seed_replays_exactly() -> None:
    one, other = (lived(("direct", 1)) for _ in range(2))
    assert one.tale == other.tale


def test_every_seed_lives_its_own_story_and_some_one_more() -> None:
    found = lives(range(2 * EVERY))
    assert [seed for name, seed in found if name == "jobs"] == [*range(2 * EVERY)]
    assert [seed for name, seed in found if name == "direct"] == [0, EVERY]
    assert lives([4], "direct") == [("direct", 4)]
