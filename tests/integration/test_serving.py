"""A service over two organisations: what its status says of one that is not well."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.fakes import run
from tests.gateway import SMALL
from tests.integration.test_organisations import OTHER
from tests.sites import Sites
from trunkline.cli.serving import served
from trunkline.engine import Options
from trunkline.engine.health_file import Status, status
from trunkline.engine.syncing import Synced, Wish
from trunkline.errors import Interrupted
from trunkline_simulator.settings import Fault

Again = Callable[[], Awaitable[Synced]]


@pytest.fixture
def sites(tmp_path: Path) -> Sites:
    return Sites(tmp_path / "data", {"acme": SMALL, "globex": OTHER})


def after(
    sites: Sites, hours: float, globex: Callable[[Again], Again] = lambda again: again
) -> Status:
    """What the status is once both have been followed for so long."""
    found = []

    async def story() -> None:
        with sites.engine() as engine:

            def again(own: Wish) -> Again:
                return lambda: engine.sync(own, Options(), lambda _: None)

            rounds = {own: again(own) for own in engine.wishes(Wish(follow=True))}
            rounds = {
                own: globex(each) if own.organization == "globex" else each
                for own, each in rounds.items()
            }
            service = asyncio.create_task(served(engine, rounds))
            await sites.clock.sleep(hours * 3600)
            found.append(status(sites.home, sites.clock.now()))
            service.cancel()
            await service

    with pytest.raises(Interrupted):
        run(sites.clock, story())
    return found[0]


def test_both_are_well(sites: Sites) -> None:
    found = after(sites, 2)
    assert found.healthy
    assert [line.partition(":")[0] for line in found.lines[1:]] == ["acme", "globex"]


def test_one_that_is_not_followed_any_more_is_said(sites: Sites) -> None:
    refused = replace(OTHER, faults=(Fault("POST /oauth/token", "401", times=0),))
    found = after(Sites(sites.home, {"acme": SMALL, "globex": refused}), 0.5)
    assert not found.healthy
    assert found.lines[1].startswith("acme: ")
    assert found.lines[2].startswith("globex: not followed any more, until ")


def test_one_whose_first_round_does_not_end_is_late(sites: Sites) -> None:
    def slow(again: Again) -> Again:
        async def slowly() -> Synced:
            await sites.clock.sleep(36_000)
            return await again()

        return slowly

    found = after(sites, 2, slow)
    assert not found.healthy
    assert found.lines[-1] == "globex: late: no round has gone well since it began 2 h ago"


def test_a_defect_in_one_ends_the_service(sites: Sites) -> None:
    """Nobody would hear of it, and the organisation would be followed by nobody."""

    def broken(_: Again) -> Again:
        async def never() -> Synced:
            raise ZeroDivisionError

        return never

    with pytest.raises(ZeroDivisionError):
        after(sites, 2, broken)
    assert "ZeroDivisionError" in status(sites.home, sites.clock.now()).lines[0]
