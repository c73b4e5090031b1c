"""Whether everything is as it must be: each function tells what is not; nothing is good."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tests.chaos.held import Holding, differences
from tests.chaos.network import Sent
from tests.chaos.scopes_lake import judge_beside, told_anew
from tests.chaos.spans import clipped, common, days_text, parsed, texts, without
from tests.chaos.story import Ask
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

ONLY_IN_JOBS = "participant_attributes"
WEEK = timedelta(days=7)
SETTLE = Settings().settle
REFRESH = Settings().refresh_after
_SPAN = re.compile(r"conversation_details (\S+?Z)/(\S+?Z)")
_MAY_FAIL = (ProviderError, CredentialsError, CostGuard, IncompleteData)


def judge_lake(world: World, holding: Holding) -> list[str]:
    """At any moment: every day held equals the truth as of its fetch, in all tables."""
    said = [*holding.problems, *world.submits.violations]
    anew = {day: _told_anew(world, holding, day) for day in holding.brought}
    for table in TABLES:
        of_table = holding.rows[table]
        said += [
            f"{table}: rows of {day}, which is not held"
            for day in of_table.keys() - holding.days.keys()
        ]
        for day, fetched in holding.brought.items():
            found, truth = of_table.get(day, []), fetched.rows(table, day)
            newer = anew[day][table == ONLY_IN_JOBS]
            found, truth = _others(found, newer), _others(truth, newer)
            said += differences(table, f"on {day}", found, truth)
    for day, covered in holding.days.items():
        counted = len(holding.rows["conversations"].get(day, []))
        if covered.conversations != counted:
            said.append(f"{day}: {covered.conversations} conversations said, {counted} held")
    return [*said, *judge_beside(world, holding)]


def _told_anew(world: World, holding: Holding, day: date) -> tuple[frozenset[str], frozenset[str]]:
    """Conversations of a day that are held as something later had them; and in what jobs tell."""
    by_job = told_anew(world, holding, day, TABLES)
    return holding.amended(world.records, day) | by_job, told_anew(
        world, holding, day, [ONLY_IN_JOBS]
    )


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

    @property
    def stale(self) -> set[date]:
        """The days that had to be there when it was over, and are not, or not as of late."""
        began = self.ended.began
        took = self.ended.ended - began
        lag = timedelta(seconds=self.world.provider.lag_seconds)
        reached = min(began, self.world.clock.now() - took - lag)
        return {
            day for day in self.ask.utc_days if midnight(day) < reached and not self._is_fresh(day)
        }

    def _is_fresh(self, day: date) -> bool:
        fetched = self.after.brought.get(day)
        if fetched is None:
            return False
        # A job that was gone on with has the data of the time it was submitted; that is said.
        resumed = self.after.days[day].job in self.before.unfinished
        since = self.ended.began - timedelta(seconds=REFRESH) - skews(self.world)
        return resumed or fetched.is_final(day, SETTLE) or fetched.job.submitted >= since

    @property
    def under_other_rights(self) -> list[date]:
        """Days of an answer that was fetched for which were fetched under rights of before."""
        if not any("/authorization/subjects" in sent.path for sent in self.ended.sent):
            return []
        now = self.world.provider.clients[0].divisions
        brought = self.after.brought
        return [
            d for d in self.ask.utc_days if d in brought and brought[d].job.client.divisions != now
        ]


def judge_patience(ended: Ended) -> list[str]:
    """After an answer that says when to come again, nothing is sent before."""
    waits = [(one.heard, one.heard + one.retry_after) for one in ended.sent if one.retry_after]
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
    """Open conversations of the days asked for that nobody has asked about for over a week."""
    said = []
    readable = asked.after.readable(["conversations"])["conversations"]
    for day in asked.ask.utc_days:
        for row in (row for row in readable if row["conversation_start"].date() == day):
            if row["conversation_end"] is None and day in asked.after.brought:
                at = asked.world.records.last(row["conversation_id"])
                last = max(asked.after.brought[day].job.submitted, at)
                if asked.ended.began - last > WEEK + skews(asked.world):
                    said.append(f"{row['conversation_id']} is open since {last} and forgotten")
    return said


def _certificate(asked: Asked) -> list[str]:
    """What it counts is what there was."""
    ended, brought = asked.ended, asked.after.brought
    certificate = ended.value.prepared.certificate
    counted = sum(
        len(brought[day].rows("conversations", day)) for day in asked.ask.utc_days if day in brought
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
        said.append(
            f"answered without a word with days that had to be fetched: {days_text(silent)}"
        )
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
    lacking = asked.stale.union(asked.under_other_rights)
    if named == lacking:
        return []
    said = f"the error names {days_text(named)}, missing is {days_text(lacking)}"
    return [f"{said}: {error.message}"]


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
