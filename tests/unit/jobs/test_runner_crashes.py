"""A run killed at any of its places is gone on with: nothing is lost and nothing comes twice."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from tests.unit.jobs.acme import Acme, Fate, Killed, World, span
from trunkline.interval import Interval
from trunkline.jobs.job import JobState

MARCH = span("01", "31")
WELL, HALVED, LOST = span("01", "15"), span("16", "20"), span("21", "31")
UNHEARD = ("submit", "submit heard")  # between the note that it is sent and its answer

# The request whose answer is lost with a run that is killed there.
SENT_AGAIN = {"submit heard": "submit", "page heard": "page", "land": "page", "staged": "page"}


def fate(interval: Interval, nth: int) -> Fate:
    """One job is well, one fails at first, and one loses its results while they are read."""
    bad = {HALVED: Fate.FAILED, LOST: Fate.RESULTS_GONE}
    return bad.get(interval, Fate.READY) if nth == 1 else Fate.READY


def killed(world: World, at: int) -> str | None:
    """The place where the run was killed; None if it ended before."""
    world.arm(at)
    try:
        world.run()
    except Killed as place:
        return str(place)
    finally:
        world.arm(None)
    return None


def ready_more_than_once(acme: Acme) -> int:
    """Jobs that were started although a good one of the same interval was there."""
    good = [job.interval for job in acme.jobs.values() if job.fate is Fate.READY]
    return len(good) - len(set(good))


def check_whole(world: World) -> None:
    assert world.shelf.days() == dict.fromkeys(MARCH.days(), 1)
    assert world.shelf.is_whole()
    assert {job.state for job in world.jobs()} <= {JobState.PUBLISHED, JobState.SPLIT}


def test_a_run_killed_anywhere_is_gone_on_with(tmp_path: Path) -> None:
    places: list[str] = []
    for at in count(1):
        world = World(tmp_path / f"{at}.sqlite")
        world.acme.fate = fate
        world.add(WELL, HALVED, LOST)
        place = killed(world, at)
        world.run()
        check_whole(world)
        assert ready_more_than_once(world.acme) <= (place == "submit heard"), place
        doubtful = sum(job.possibly_repeated for job in world.jobs())
        assert doubtful == (place in UNHEARD), place
        if place is None:
            break
        places.append(place)
    assert len(places) > 40
    assert set(places) == {
        "submit",
        "submit heard",
        "status",
        "status heard",
        "page",
        "page heard",
        "land",
        "staged",
        "publish",
        "published",
        "discard",
    }


@pytest.mark.parametrize("later", [1, 2, 5, 9])
def test_a_run_killed_again_and_again_is_gone_on_with(tmp_path: Path, later: int) -> None:
    for at in range(1, 60, 4):
        world = World(tmp_path / f"{at}.sqlite")
        world.acme.fate = fate
        world.add(WELL, HALVED, LOST)
        deaths = [killed(world, at), *(killed(world, later) for _ in range(6))]
        world.run()
        check_whole(world)
        assert ready_more_than_once(world.acme) <= deaths.count("submit heard")
        doubtful = sum(job.possibly_repeated for job in world.jobs())
        assert doubtful == sum(place in UNHEARD for place in deaths)


def test_a_crash_costs_at_most_one_request_sent_twice(tmp_path: Path) -> None:
    calm = World(tmp_path / "calm.sqlite")
    calm.add(MARCH)
    calm.run()
    usual = {call: calm.acme.count(call) for call in ("submit", "page")}
    assert usual == {"submit": 1, "page": 4}
    for at in count(1):
        world = World(tmp_path / f"{at}.sqlite")
        world.add(MARCH)
        place = killed(world, at)
        world.run()
        check_whole(world)
        sent = {call: world.acme.count(call) for call in usual}
        again = SENT_AGAIN.get(place or "")
        assert sent == {call: usual[call] + (call == again) for call in usual}, place
        if place is None:
            break
