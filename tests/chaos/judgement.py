"""Whether everything is as it must be: each function tells what is not; nothing is good."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.chaos.held import Holding, differences
from tests.chaos.network import Sent
from tests.chaos.scopes_lake import forgotten, judge_beside, told_anew
from tests.chaos.spans import clipped, common, days_text, parsed, texts, without
from tests.chaos.story import DAY, Ask
from tests.chaos.truth import Rows
from tests.chaos.world import Answered, Ended, World
from tests.gateway import TABLES
from trunkline.config import Settings
from trunkline.errors import (
    ConfigError,
    CostGuard,
    CredentialsError,
    IncompleteData,
    LimitExceeded,
    ProviderError,
)
from trunkline.interval import Interval, midnight, months
from trunkline.lake.catalogue import CoveredDay
from trunkline_simulator.state import Job

ONLY_IN_JOBS = "participant_attributes"
WEEK = timedelta(days=7)
SETTLE = Settings().settle
REFRESH = Settings().refresh_after
SLACK = timedelta(minutes=1)  # between the submit and our note of it: how long an answer may take
_SPANS = re.compile(r"(\S+?Z)/(\S+?Z)")
_SPAN = re.compile(r"conversation_details (\S+?Z)/(\S+?Z)")
_MAY_FAIL = (ProviderError, CredentialsError, CostGuard, IncompleteData)


def judge_lake(world: World, holding: Holding) -> list[str]:
    """At any moment: every day held equals the truth as of its fetch, in all tables."""
    said = [*holding.problems, *world.submits.violations]
    for table, of_table in holding.rows.items():
        said += [
            f"{table}: rows of {day}, which is not held"
            for day in of_table.keys() - holding.days.keys()
        ]
    for day in holding.brought:
        said += _judge_day(world, holding, day)
    for day, covered in holding.days.items():
        counted = len(holding.rows["conversations"].get(day, []))
        if covered.conversations != counted:
            said.append(f"{day}: {covered.conversations} conversations said, {counted} held")
    return [*said, *judge_beside(world, holding)]


def _judge_day(world: World, holding: Holding, day: date) -> list[str]:
    """One day in all tables; what was found well is not looked at again while it is the same."""
    fetched, said = holding.brought[day], []
    files = tuple(holding.sources[table].get(day, ()) for table in TABLES)
    same = (day, fetched.job.job_id, files, world.records.count)
    if same in world.well:
        return []
    anew = told_anew(world, holding, day, TABLES) | holding.amended(world.records, day)
    of_jobs = told_anew(world, holding, day, [ONLY_IN_JOBS])
    for table in TABLES:
        found, truth = holding.rows[table].get(day, []), fetched.rows(table, day)
        newer = of_jobs if table == ONLY_IN_JOBS else anew
        found, truth = _others(found, newer), _others(truth, newer)
        said += differences(table, f"on {day}", found, truth)
    if not said:
        world.well.add(same)
    return said


def judge_end(ended: Ended) -> list[str]:
    """A process ends well, is killed, or ends with an error that its fate can account for."""
    if ended.killed:
        return []
    if ended.defect is not None:
        return [f"an error that is none of ours: {ended.defect!r}"]
    error = ended.error
    if error is None or isinstance(error, _MAY_FAIL):
        return []
    if ended.process.disk_was_full and isinstance(error, LimitExceeded | ConfigError):
        return []
    return [f"an error that nothing accounts for: {ended}"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One query, how it ended, and what was held before and after."""

    world: World
    ask: Ask
    ended: Ended
    before: Holding
    after: Holding
    refresh: float = REFRESH

    @property
    def stale(self) -> set[date]:
        """The days that had to be there when it was over, and are not, or not as of late."""
        return self._lacking(self.was_begun)

    @property
    def doubtful(self) -> set[date]:
        """Days as of long ago, of a job that another process may have gone on with.

        It is said of such a job that it is gone on with; but for a process that waited meanwhile,
        and asked for nothing of it, its days are held, and as old as they are.
        """
        return self._lacking(self.was_gone_on_with, sure=True) - self.stale

    @property
    def begun_meanwhile(self) -> set[date]:
        """Days that began while it ran, and are not held: its last plan wants them, too."""
        return {
            day
            for day in self.ask.utc_days
            if self.reached <= midnight(day) < self.ended.ended and day not in self.after.brought
        }

    def _lacking(self, is_resumed: Callable[[str, Job], bool], *, sure: bool = False) -> set[date]:
        return {
            day
            for day in self.ask.utc_days
            if midnight(day) < self.reached and not self._is_fresh(day, is_resumed, sure=sure)
        }

    def was_begun(self, key: str, _: Job) -> bool:
        """Whether a job was unfinished before."""
        return key in self.before.unfinished

    def was_gone_on_with(self, key: str, job: Job) -> bool:
        """Whether, besides, this process has asked for anything of it."""
        return self.was_begun(key, job) and any(job.job_id in one.path for one in self.ended.sent)

    @property
    def _began(self) -> datetime:
        """When it began by the world's clock, which its own may not agree with."""
        return self.ended.began - self.ended.process.skew

    @property
    def reached(self) -> datetime:
        """Up to when it had to know of data: where it asked for nothing, as was told of late.

        What has not begun by its own clock it does not ask for, however wrong that is.
        """
        lag = timedelta(seconds=self.world.provider.lag_seconds)
        reached = min(self.ended.began, self._began - lag)
        told = [one for one in self.world.records.told if one.at <= self._began + self._took]
        if not told or any(one.tells for one in self.ended.sent):
            return reached
        recently = self._began - timedelta(seconds=self.refresh) - skews(self.world)
        return min(reached, told[-1].date) if told[-1].at >= recently else reached

    @property
    def _took(self) -> timedelta:
        return self.ended.ended - self.ended.began

    def _is_fresh(self, day: date, is_resumed: Callable[[str, Job], bool], *, sure: bool) -> bool:
        fetched = self.after.brought.get(day)
        if fetched is None:
            return False
        # A job that was gone on with has the data of the time it was submitted; that is said.
        resumed = is_resumed(self.after.days[day].job, fetched.job)
        final = fetched.is_final(day, SETTLE)
        if sure:  # and as far as could be known: a job may be submitted hours after what was told
            final &= noted_final(self.after.days[day])
        return resumed or final or self.is_of_late(fetched.job, sure=sure)

    def is_of_late(self, job: Job, *, sure: bool = False) -> bool:
        """By the clocks of who asks and of who fetched; what seems to be of the future is not.

        Where it is a near thing it is, unless it has to be ``sure``: who waited for another
        process may have planned as late as it ended.
        """
        if job.submitted >= self._began:
            return True
        at = self.ended.ended if sure else self.ended.began
        age = at - job.submitted - self.world.submits.skew_of(job.job_id)
        near = -SLACK if sure else SLACK
        return min(-near, timedelta(0)) <= age <= timedelta(seconds=self.refresh) + near

    @property
    def under_other_rights(self) -> list[date]:
        """Days of an answer that was fetched for which were fetched under rights of before.

        Not those that an answer says are: they are past what the provider has by now.
        """
        if not any("/authorization/subjects" in sent.path for sent in self.ended.sent):
            return []
        now = self.world.provider.clients[0].divisions
        brought = self.after.brought
        return [
            d
            for d in self.ask.utc_days
            if d in brought and brought[d].job.client.divisions != now and d not in self._left
        ]

    @property
    def _left(self) -> set[date]:
        """Days that could not be had, since the provider's data reaches less far than it did.

        An answer has to say of which they are.
        """
        past = {day for day in self.ask.utc_days if midnight(day) >= self.reached}
        if not isinstance(self.ended.value, Answered):
            return past
        said = [n for n in self.ended.value.prepared.notices if "held under other rights" in n]
        return past & {d for span in parsed(_SPANS.findall(" ".join(said))) for d in span.days()}


def judge_patience(ended: Ended) -> list[str]:
    """After an answer that says when to come again, nothing is sent before.

    By less than a millisecond it may seem so: seconds of the clock are floats.
    """
    exact = timedelta(milliseconds=1)
    waits = [
        (one.heard, one.heard + one.retry_after - exact) for one in ended.sent if one.retry_after
    ]
    return [
        f"sent before Retry-After: {one}"
        for one in ended.sent
        for heard, until in waits
        if heard < one.at < until
    ]


def judge_ask(asked: Asked) -> list[str]:
    """An answer has every row and says what it lacks; an error names what is missing."""
    ended = asked.ended
    if ended.killed:
        return []
    if isinstance(ended.error, IncompleteData):
        return _named_exactly(asked, ended.error)
    if not isinstance(ended.value, Answered):
        return []
    return [*_rows(asked), *_certificate(asked), *_completeness(asked), *_forgotten(asked)]


def noted_final(day: CoveredDay) -> bool:
    """Whether what was told before its job was submitted makes it final."""
    return (day.watermark - midnight(day.day + DAY)).total_seconds() >= SETTLE


def _rows(asked: Asked) -> list[str]:
    ask, interval = asked.ask, asked.ask.interval
    held = [
        row
        for row in asked.after.readable([ask.table])[ask.table]
        if interval.start <= row["conversation_start"] < interval.end
    ]
    return differences(ask.table, "in the answer", asked.ended.value.rows, held)


def _others(rows: Rows, ids: frozenset[str]) -> Rows:
    return [row for row in rows if row["conversation_id"] not in ids] if ids else rows


def _forgotten(asked: Asked) -> list[str]:
    """Open conversations of the days asked for that nobody has asked about for over a week.

    Unless it is said, with what could be had, that what needs no job could not.
    """
    if any("what needs no job" in notice for notice in asked.ended.value.prepared.notices):
        return []
    since = asked.ended.began - WEEK - skews(asked.world)
    days = set(asked.ask.utc_days) - asked.stale  # what could not be had is named
    return list(forgotten(asked.world, asked.after, days, since))


def _certificate(asked: Asked) -> list[str]:
    """What it counts is what there was."""
    ended, held = asked.ended, asked.after.rows["conversations"]
    certificate = ended.value.prepared.certificate
    counted = sum(
        len(held.get(day, []))
        for day in asked.ask.utc_days
        # By its own clock, however wrong; a day that began while it ran is of its last plan, too.
        if midnight(day) < ended.ended
    )
    said = []
    if certificate["requests"]["total"] != len(ended.sent):
        said.append(f"{certificate['requests']['total']} requests said, {len(ended.sent)} sent")
    if certificate["conversations"] != counted:
        said.append(f"{certificate['conversations']} conversations said, {counted} there were")
    if certificate["quarantined"]:
        said.append("something was quarantined")
    return said


def _completeness(asked: Asked) -> list[str]:
    """What the certificate says is missing is what is missing, to the millisecond."""
    prepared = asked.ended.value.prepared
    intervals = prepared.certificate["intervals"].get("conversation_details", {})
    spans = intervals.get("missing", [])
    said: list[str] = []
    if prepared.certificate["complete"] == bool(spans):
        said.append(f"complete is {prepared.certificate['complete']}, missing is {spans}")
    time = clipped(asked.ask.interval, asked.ended.began)
    if time is None:
        return said
    stale = asked.stale
    partial = any("partial" in notice for notice in prepared.notices)
    if not partial and (stale or asked.under_other_rights):
        silent = {*stale, *asked.under_other_rights}
        had = f"days that had to be fetched: {days_text(silent)}"
        said.append(f"answered without a word with {had}")
    have = [
        part
        for day, fetched in asked.after.brought.items()
        if (part := fetched.held(day)) and not (partial and day in stale)
    ]
    have += [Interval(day.start, day.end) for day in asked.after.beside.tails]
    missing = without(time, have)
    told = [part for span in parsed(s.split("/") for s in spans) if (part := common(span, time))]
    wrong = any(without(gap, told) for gap in missing) if partial else missing != told
    if wrong:
        said.append(f"missing is {texts(missing)}, but said {texts(told)}")
    return said


def _named_exactly(asked: Asked, error: IncompleteData) -> list[str]:
    """The days that an error names are those asked for that could not be had; no other."""
    named = {
        day
        for span in parsed(_SPAN.findall(error.message))
        for day in span.days()
        if day in asked.ask.utc_days
    }
    missing = asked.stale.union(asked.under_other_rights)
    if missing <= named <= missing | asked.doubtful | asked.begun_meanwhile:
        return []
    return [f"the error names {days_text(named)}, missing is {days_text(missing)}: {error.message}"]


def skews(world: World) -> timedelta:
    """Twice as much as any clock of the story is wrong."""
    return timedelta(seconds=2 * max(abs(ask.fate.skew) for ask in world.story.asks))


def judge_budget(ask: Ask, ended: Ended, before: Holding, job_seconds: float) -> list[str]:
    """On a good day: no more requests than DESIGN section 11 lets a run take."""
    kinds = [sent.kind for sent in ended.sent]
    jobs = len(months(ask.utc_days)) + len(before.unfinished)
    pages = [sent.path for sent in ended.sent if sent.kind == "page"]
    said = []
    if kinds.count("other") > 6:
        said.append(f"{kinds.count('other')} requests beside those of the jobs")
    if kinds.count("submit") > jobs:
        said.append(f"{kinds.count('submit')} submits for {jobs} jobs")
    if len(set(pages)) < len(pages):
        said.append("a page was fetched twice")
    if kinds.count("poll") > _polls(job_seconds) * jobs:
        said.append(f"{kinds.count('poll')} polls for {jobs} jobs")
    return said


def _polls(seconds: float) -> int:
    """How often a job of so many seconds may be asked for: after a twentieth of its age each."""
    age, count = 3.0, 3
    while age < seconds + 10:
        age += min(max(age / 20, 1.5), 30.0)
        count += 1
    return count


def went_well(sent: Iterable[Sent]) -> bool:
    """Whether nothing was wrong with any request."""
    return not any(one.faults for one in sent)
