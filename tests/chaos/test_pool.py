"""Workers are replaced without anything of the work being lost."""

from __future__ import annotations

from tests.chaos.pool import pool


def test_work_goes_on_when_the_workers_are_replaced() -> None:
    with pool(1, apiece=2) as workers:
        assert list(workers.map(abs, range(-3, 0))) == [3, 2, 1]
        assert list(workers.map(abs, [-7])) == [7]
