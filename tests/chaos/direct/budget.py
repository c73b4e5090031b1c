"""How many requests a walk in slices may take, and that none of it is asked for twice."""

from __future__ import annotations

from math import ceil

from tests.chaos.direct.actions import Sums
from tests.chaos.direct.hearing import Hearing
from tests.chaos.direct.judgement import FEW, slices_of
from tests.chaos.direct.shelf import Shelf
from tests.chaos.direct.truth import everybody
from tests.chaos.world import Answered, Ended, World
from trunkline.interval import midnight

# design/0056: a day of queues, a quarter of a day of queues and users, a day of a hundred users.
A_DAY = {"queue_intervals": 1, "conversation_aggregates": 4, "user_aggregates": 1}
BESIDE = 6  # requests of a run beside those that bring something


def judge_budget(world: World, sums: Sums, ended: Ended, before: Shelf) -> list[str]:
    """On a good day: a request for each slice, and no more than a few beside."""
    if not isinstance(ended.value, Answered):
        return [f"on a good day, a second time: {ended}"]
    days = [day for day in sums.utc_days if midnight(day) < ended.ended]
    hundreds = ceil(len(everybody(world.simulator.settings, ended.ended)) / 100)
    each = A_DAY[sums.table] * (hundreds if sums.table == "user_aggregates" else 1)
    asked = [sent for sent in ended.sent if sent.path.endswith("/aggregates/query")]
    said = []
    if len(asked) > each * len(days) and not before.unfinished:
        said.append(f"{len(asked)} slices for {len(days)} days of {sums.table}")
    pages = [sent for sent in ended.sent if sent.path.startswith("/api/v2/users?")]
    beside = len(ended.sent) - len(asked) - len(pages)
    if beside > BESIDE or len(pages) > (2 * hundreds if hundreds > 1 else 1):
        said.append(f"{beside} requests and {len(pages)} pages of users beside the slices")
    return said


def judge_walks(world: World, hearing: Hearing, shelf: Shelf) -> list[str]:
    """No slice stands twice among the pages of a job, for the same users."""
    said = []
    for key in {covered.job for covered in shelf.days.values()}:
        job = shelf.jobs.get(key)
        if job is None or (key, "walk") in world.well:
            continue
        slices = [(one.interval, one.users) for one in slices_of(hearing, job)]
        if len(set(slices)) < len(slices):
            said.append(f"job {key}: a slice was landed twice")
        world.well.add((key, "walk"))
    return said[:FEW]
