"""Closes what the planner's tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.planner.world import evaluator


@pytest.fixture(autouse=True, scope="package")
def _evaluators() -> Iterator[None]:
    yield
    evaluator.cache_clear()
