"""A year takes little longer than the rate limit and the jobs impose (see benchmarks/wall_time)."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.wall_time import BUDGET, OTHER_REQUESTS, Scenario, imposed, measured

RUNS = tuple(20.0 + 25.0 * number for number in range(12))


@pytest.mark.parametrize(
    "scenario",
    [
        Scenario("the rate limit is the bound", (90,) * 12, RUNS, (0.2, 1.6)),
        Scenario("slow answers are the bound", (60,) * 12, RUNS, (0.8, 4.0)),
        Scenario("the jobs are the bound", (4,) * 12, RUNS, (0.2, 1.6)),
    ],
    ids=lambda scenario: scenario.name,
)
def test_a_year_within_the_budget(tmp_path: Path, scenario: Scenario) -> None:
    seconds, vendor, heard = measured(scenario, tmp_path)
    assert imposed(scenario) <= seconds <= BUDGET * imposed(scenario)
    expected = sum(scenario.pages) + 12 + vendor.polls.total()
    assert expected < len(heard) <= expected + OTHER_REQUESTS
    assert vendor.refused == 0


def test_the_bound_is_what_can_be_worked_out_by_hand() -> None:
    """One job of 700 pages at a second each, ready at once: two windows are full, as it happens."""
    one = Scenario("one", (700,), (0.0,), (1.0, 1.0))
    assert imposed(one) == 2 + 1 + 1 + 700
    many = Scenario("many", (75,) * 12, (0.0,) * 12, (0.1, 0.1))
    # 1 + 12 + 12 + 900 requests after the token: three whole windows, and 25 in the fourth.
    assert 180 < imposed(many) - 0.1 < 183
