"""Each query of tests/fixtures/planner is planned as the file says."""

from __future__ import annotations

import pytest

from tests.unit.planner.pairs import Pair, every_pair


@pytest.mark.parametrize("pair", every_pair(), ids=lambda pair: pair.name)
def test_is_planned_as_written(pair: Pair) -> None:
    assert pair.actual() == pair.expected
