"""Whether a chore did what it must: each function tells what is not as it has to be."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from tests.chaos.chores import Follow, Look, Pin, Prune, Single, Sync, Verify, utc_days
from tests.chaos.doing import Followed, Freed, Looked, Refused, Round
from tests.chaos.held import Holding, held
from tests.chaos.judgement import REFRESH, SETTLE, WEEK, noted_final
from tests.chaos.lived import Lived
from tests.chaos.retaining import judge_look, judge_months, judge_pin, judge_prune
from tests.chaos.scopes_lake import forgotten
from tests.chaos.snapshots import Shelf
from tests.chaos.story import DAY, Story, Weather
from tests.chaos.truth import Fetched, counted
from tests.chaos.world import Ended
from trunkline.engine.findings import Health
from trunkline.engine.syncing import Synced
from trunkline.engine.verifying import Verified, findings
from trunkline.errors import IncompleteData
from trunkline.interval import Interval, midnight, runs

REACH = timedelta(days=558)  # how far back the synchronous query goes, by the vendor
_SPAN = re.compile(r"conversation_details (\S+?Z)/(\S+?Z)")


def judge_chore(chore: Single, lived: Lived) -> list[str]:
    """By its own rules; where another process wrote meanwhile, by those that hold even so."""
    if lived.ended.killed:
        return []
    said: list[str] = []
    match chore, lived.ended.value:
        case (Sync() as sync, _):
            said = _sync(sync, lived)
        case (Follow() as follow, Followed() as followed):
            said = _followed(follow, followed, lived)
        case (Verify() as verify, Verified() as found):
            said = _verified(verify, found, lived)
        case (Pin() as pin, Refused(refused)):
            said = _refused(pin, refused.message, lived)
        case _ if lived.alone:
            said = _alone(chore, lived)
    return said


def _alone(chore: Single, lived: Lived) -> list[str]:
    said: list[str] = []
    match chore, lived.ended.value:
        case (Prune() as prune, Freed() as freed):
            said = judge_prune(prune, freed, lived)
        case (Pin() as pin, int() as told):
            said = judge_pin(pin, told, lived)
        case (Look() as look, Looked() | Refused() as answer):
            said = judge_look(look, answer, lived)
    return said


def _sync(sync: Sync, lived: Lived) -> list[str]:
    said: list[str] = []
    match lived.ended:
        case Ended(value=Synced() as done):
            said = [*_synced(sync, done, lived), *_closed(lived)]
        case Ended(value=Refused(refused)):
            said = _refused(sync, refused.message, lived)
        case Ended(error=IncompleteData() as error):
            if then := _as_it_ended(lived):
                missing, doubtful = _wanting(sync, then), _wanting(sync, then, sure=True)
                said = _named(error, missing, doubtful, _days_of(sync, lived))
    return said


def _as_it_ended(lived: Lived) -> Lived | None:
    """With what was held when it ended: another process may have gone on since.

    None where that has been pruned.
    """
    snapshot = lived.ended.snapshot
    if snapshot == lived.after.snapshot:
        return lived
    if snapshot not in {0, *lived.shelves[1].readable}:
        return None
    return replace(lived, after=held(lived.world, snapshot))


def _days_of(sync: Sync, lived: Lived) -> frozenset[date]:
    if sync.first is None:
        return frozenset(lived.before.days)
    return utc_days(sync, lived.ended.ended)


def _wanting(sync: Sync, lived: Lived, *, sure: bool = False) -> set[date]:
    """The days that had to be there when it was over, and are not, or not as of late.

    ``sure``: of jobs that were gone on with only those that this process did, and nothing of
    other rights: see ``Asked.doubtful``; and days that began while it ran had to be there, too.
    """
    until = lived.ended.ended if sure else lived.ended.began
    reached = until - timedelta(seconds=lived.world.provider.lag_seconds)
    return {
        day
        for day in _days_of(sync, lived)
        if midnight(day) < reached and not _is_fresh(sync, lived, day, sure=sure)
    }


def _is_fresh(sync: Sync, lived: Lived, day: date, *, sure: bool) -> bool:
    fetched = lived.after.brought.get(day)
    if fetched is None:
        return False
    if sure and fetched.job.client.divisions != lived.world.provider.clients[0].divisions:
        return False
    submitted = fetched.job.submitted
    if sync.how == "refresh":
        return submitted >= lived.ended.began
    if sync.how == "recheck" and (of_age := _of_age(sync, lived, day)):
        return submitted >= of_age
    return _is_usual(lived, fetched, day, sure=sure)


def _is_usual(lived: Lived, fetched: Fetched, day: date, *, sure: bool) -> bool:
    resumed = lived.after.days[day].job in lived.before.unfinished
    if sure:
        resumed &= any(fetched.job.job_id in one.path for one in lived.ended.sent)
    at = lived.ended.ended if sure else lived.ended.began
    since = at - timedelta(seconds=REFRESH)
    final = fetched.is_final(day, SETTLE)
    if sure:
        final &= noted_final(lived.after.days[day])
    return resumed or final or _when_noted(lived, fetched) >= since


def _when_noted(lived: Lived, fetched: Fetched) -> datetime:
    """When a day was fetched by the clock of who did, however far ahead that was."""
    job = fetched.job
    return job.submitted + max(lived.world.submits.skew_of(job.job_id), timedelta(0))


def _of_age(sync: Sync, lived: Lived, day: date) -> datetime | None:
    """The instant at which a final day came of age, if it did and was not fetched since.

    By the clock of who fetched it, however wrong that was: nobody knows another.
    """
    held_before = lived.before.brought.get(day)
    of_age = midnight(day + DAY) + timedelta(seconds=sync.recheck)
    if held_before is None or not held_before.is_final(day, SETTLE):
        return None
    return of_age if _when_noted(lived, held_before) < of_age <= lived.ended.began else None


def _synced(sync: Sync, done: Synced, lived: Lived) -> list[str]:
    said = []
    if wanting := _wanting(sync, lived):
        said.append(f"{sync.how or 'sync'} was content without {_text(wanting)}")
    if lived.alone and done.requests != len(lived.ended.sent):
        said.append(f"{done.requests} requests said, {len(lived.ended.sent)} sent")
    now = lived.world.provider.clients[0].divisions
    brought = lived.after.brought
    stale = {
        day
        for day in _days_of(sync, lived)
        if day in brought and brought[day].job.client.divisions != now
    }
    # What asks for open conversations alone asks for no rights.
    if stale and any("/authorization/subjects" in one.path for one in lived.ended.sent):
        said.append(f"content with days of other rights: {_text(stale)}")
    if sync.first is None and lived.alone:
        new = lived.after.days.keys() - lived.before.days.keys()
        # What a job of before has is held once that is gone on with, and fetched again where it is
        # not final by then.
        if strange := new - lived.before.begun:
            said.append(f"a recheck fetched days that nobody held: {_text(strange)}")
    since = lived.ended.began - WEEK
    return [*said, *forgotten(lived.world, lived.after, _days_of(sync, lived), since)]


def _closed(lived: Lived) -> list[str]:
    """A run that asked for anything closes and merges the months that are complete."""
    before, after = lived.shelves
    notices = lived.ended.value.notices if isinstance(lived.ended.value, Synced) else ()
    if not lived.alone or not lived.ended.sent or any("merged" in text for text in notices):
        return []
    return judge_months(before, after)


def _named(
    error: IncompleteData, missing: set[date], doubtful: set[date], asked: Iterable[date]
) -> list[str]:
    """The days that an error names are those wanted that could not be had; no other."""
    spans = _SPAN.findall(error.message)
    intervals = (Interval(*map(datetime.fromisoformat, span)) for span in spans)
    named = {day for interval in intervals for day in interval.days()} & set(asked)
    if missing <= named <= missing | doubtful:
        return []
    return [f"the error names {_text(named)}, missing is {_text(missing)}: {error.message}"]


def _refused(chore: Single, message: str, lived: Lived) -> list[str]:
    start = chore.start if isinstance(chore, Sync) else None
    if start and "future" in message and start >= lived.ended.began:
        return []
    if isinstance(chore, Pin) and "nothing is held" in message and not lived.shelves[0].newest:
        return []
    return [f"refused: {message}"]


def _followed(follow: Follow, followed: Followed, lived: Lived) -> list[str]:
    """After its last round the last seven days are fresh, and nothing open is forgotten."""
    last = followed.rounds[-1]
    if not isinstance(last.told, Synced):
        return []
    reached = last.began - timedelta(seconds=lived.world.provider.lag_seconds)
    days = [last.began.date() - n * DAY for n in range(8)]
    stale = {
        day
        for day in days
        if midnight(day) < reached and not _is_followed(follow, last, lived, day)
    }
    said = [f"followed without {_text(stale)}"] if stale and lived.alone else []
    since = last.began - WEEK
    return [*said, *forgotten(lived.world, lived.after, lived.after.days, since)]


def _is_followed(follow: Follow, last: Round, lived: Lived, day: date) -> bool:
    fetched = lived.after.brought.get(day)
    if fetched is None:
        return False
    resumed = lived.after.days[day].job in last.unfinished
    since = last.began - timedelta(seconds=follow.refresh_after)
    return resumed or fetched.is_final(day, SETTLE) or _when_noted(lived, fetched) >= since


def _verified(verify: Verify, found: Verified, lived: Lived) -> list[str]:
    """Every final day was counted, and those whose counts differ are named; no other."""
    ended, world = lived.ended, lived.world
    oldest = (ended.began - REACH).date()
    days = {
        day
        for day in lived.shelves[0].final
        if day > oldest and (verify.first is None or day >= verify.first)
    }
    asked = {count.day for count in found.counted}
    said = []
    if lived.alone and asked != days:
        said.append(f"counted {_text(asked)}, final is {_text(days)}")
    named = {f.what.rsplit(" ", 1)[-1] for f in findings(found) if f.health is Health.BAD}
    for count in found.counted:
        truth = {counted(world.provider, count.day, at) for at in (ended.began, ended.ended)}
        if count.provider not in truth:
            said.append(f"{count.day}: {count.provider} counted, there are {truth}")
        have = len(lived.after.rows["conversations"].get(count.day, []))
        if lived.alone and len(truth) == 1 and (str(count.day) in named) != ({have} != truth):
            said.append(f"{count.day}: {have} held, {truth} there; named are {sorted(named)}")
    return said


def judge_counts(story: Story, holding: Holding, now: Shelf) -> list[str]:
    """At any moment: the counts that are kept are of the days as they are held."""
    later = (action.provider for action in story.actions if isinstance(action, Weather))
    kinds = {one.clients: one for one in (story.provider, *later)}.values()
    said = []
    for count in now.counts:
        covered = holding.days.get(count.day)
        if covered is None or covered.conversations != count.held:
            have = covered.conversations if covered else "no"
            said.append(f"the count of {count.day} is of {count.held}, {have} are held")
        if all(count.provider != counted(kind, count.day, count.asked_at) for kind in kinds):
            said.append(f"the count of {count.day} is {count.provider}, which it never was")
    return said


def judge_time(before: Holding, after: Holding) -> list[str]:
    """No day goes back to what an earlier fetch of the same rights had brought."""
    return [
        f"{day} goes back from {before.brought[day].job.submitted} to {fetched.job.submitted}"
        for day, fetched in after.brought.items()
        if day in before.brought
        and fetched.job.client == before.brought[day].job.client
        and fetched.job.submitted < before.brought[day].job.submitted
    ]


def _text(days: Iterable[date]) -> str:
    return ", ".join(map(str, runs(days))) or "nothing"
