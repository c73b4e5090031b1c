"""Whether what is held of aggregates is the truth, and whether answers and errors say what is so.

Each function tells what is not as it must be; nothing is good.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.chaos.direct.actions import Sums
from tests.chaos.direct.hearing import Hearing, Slice
from tests.chaos.direct.shelf import KEYS, Held, Row, Shelf
from tests.chaos.direct.truth import Place, Plain, columns, everybody, plain, told_by, whose
from tests.chaos.spans import clipped, common, days_text, parsed, texts, without
from tests.chaos.story import DAY
from tests.chaos.world import Answered, Ended, World
from trunkline.config import Settings
from trunkline.errors import IncompleteData
from trunkline.interval import Interval, day_span, iso, midnight
from trunkline.jobs.job import Job

SETTLE = timedelta(seconds=Settings().settle)
REFRESH = Settings().refresh_after
SLACK = timedelta(minutes=1)
_MADE = frozenset(
    (
        *("offered", "answered", "answered_within_threshold", "abandoned", "short_abandoned"),
        *("flow_outs", "service_level_numerator", "service_level_denominator"),
        *("service_level_ratio", "service_level_target"),
    )
)
FEW = 3  # of many that are wrong, so many are told


def judge_shelf(world: World, hearing: Hearing, shelf: Shelf) -> list[str]:
    """At any moment: every day held equals what was told of it, slice by slice; nothing else is."""
    said = []
    if strangers := shelf.rows.keys() - shelf.days.keys():
        said.append(f"rows of {sorted(strangers)[:FEW]}, which are not held")
    for held, covered in shelf.days.items():
        same = (held, covered.job, shelf.files.get(held), len(world.simulator.settings.changes))
        if same in world.well:
            continue
        wrong = _judge_day(world, hearing, shelf, held)
        if covered.conversations != len(shelf.rows.get(held, ())):
            there = len(shelf.rows.get(held, ()))
            wrong.append(f"{_named(held)}: {covered.conversations} rows said, {there} held")
        if not wrong:
            world.well.add(same)
        said += wrong
    return said


def _named(held: Held) -> str:
    return f"{held[0]} on {held[1]}"


def _judge_day(world: World, hearing: Hearing, shelf: Shelf, held: Held) -> list[str]:
    """One day of one table, and whether all of it was asked for."""
    dataset, day = held
    rows, job = shelf.rows.get(held, ()), shelf.job(held)
    said = [f"{_named(held)}: {one}" for one in _twice(dataset, rows)]
    if job is None:
        return [*said, f"{_named(held)} was brought by a job that nobody knows"]
    slices = slices_of(hearing, job, day)
    found: dict[Place, Counter[Plain]] = {}
    names = columns(world.provider, dataset)
    if world.provider.shape.hostile:  # a fraction of a count leaves open what is made of it
        names = tuple(name for name in names if name not in _MADE)
    for row in rows:
        found.setdefault(whose(row, dataset), Counter())[plain(row, names)] += 1
    told = [told_by(world.simulator.settings, one, day, names) for one in slices]
    places = found.keys() | {place for one in told for place in one}
    nothing = Counter[Plain]()
    for place in sorted(places):
        among = [
            one.get(place, nothing)
            for one, of in zip(told, slices, strict=True)
            if of.interval.start <= place[1] < of.interval.end
            and (not of.users or place[0] in of.users)
        ]
        if found.get(place, nothing) not in among:
            have, want = found.get(place, nothing), among[-1] if among else nothing
            said.append(f"{_named(held)}, {place[0]} {iso(place[1])}: {_difference(have, want)}")
    return [*said[:FEW], *_gaps(world, hearing, job, held, slices)[:FEW]]


def _difference(have: Counter[Plain], want: Counter[Plain]) -> str:
    """How many rows differ; and in what, where it is one."""
    more, less = have - want, want - have
    if more.total() == less.total() == 1:
        (one,), (other,) = more, less
        wrong = [f"{name} {was} not {is_}" for (name, was), (_, is_) in zip(one, other, strict=True)
                 if was != is_]  # fmt: skip
        return "; ".join(wrong[:FEW])
    return f"{more.total()} too many, {less.total()} missing"


def _twice(dataset: str, rows: Iterable[Row]) -> list[str]:
    counted = Counter(row[KEYS[dataset]] for row in rows)
    return [f"{key} stands {n} times" for key, n in counted.items() if n > 1][:FEW]


def slices_of(hearing: Hearing, job: Job, day: date | None = None) -> tuple[Slice, ...]:
    """The answers that a job's pages were made of, in order; of all its days unless one is named.

    What was refused brought nothing.
    """
    pages = sorted(hearing.pages.get(job.key, {}).items())
    found = (one for _, one in pages if not one.refused)
    span = None if day is None else day_span(day, day)
    return tuple(one for one in found if span is None or common(one.interval, span))


def _gaps(
    world: World, hearing: Hearing, job: Job, held: Held, slices: tuple[Slice, ...]
) -> list[str]:
    """What of a day that is held nobody was asked for, or of which user."""
    asked = asked_of(job)
    day = common(day_span(held[1], held[1]), asked)
    if day is None:
        return [f"{_named(held)} is held of a job that asked for {asked}"]
    if held[0] != "user_aggregates":
        left = without(day, [one.interval for one in slices])
        return [f"{_named(held)}: nobody asked for {texts(left)}"] if left else []
    counted = hearing.counted.get(job.key)
    if counted is None:
        return [f"{_named(held)}: nobody was asked about"]
    said = []
    for user in sorted(everybody(world.simulator.settings, counted)):
        left = without(day, [one.interval for one in slices if user in one.users])
        if left:
            said.append(f"{_named(held)}: nobody asked for {texts(left)} of {user}")
    return said


def asked_of(job: Job) -> Interval:
    """What a job without a provider's asks for: its id says it."""
    return Interval.parse((job.remote_id or f"direct:{job.interval}").removeprefix("direct:"))


@dataclass(frozen=True, slots=True)
class Asked:
    """A query for aggregates, how it ended, and what was held before and after."""

    world: World
    hearing: Hearing
    sums: Sums
    ended: Ended
    before: Shelf
    after: Shelf
    refresh: float = REFRESH

    @property
    def began(self) -> datetime:
        """By the world's clock, which its own may not agree with."""
        return self.ended.began - self.ended.process.skew

    @property
    def stale(self) -> set[date]:
        """The days that had to be there when it was over, and are not, or not as of late."""
        return {day for day in self._begun if not self._is_fresh(day, sure=False)}

    @property
    def doubtful(self) -> set[date]:
        """Days as of long ago, of a job that another process may have gone on with."""
        return {day for day in self._begun if not self._is_fresh(day, sure=True)}

    @property
    def _begun(self) -> list[date]:
        """What has not begun by its own clock, or by the provider's, is not asked for."""
        now = min(self.began, self.ended.began)
        return [day for day in self.sums.utc_days if midnight(day) < now]

    def _is_fresh(self, day: date, *, sure: bool) -> bool:
        held = (self.sums.table, day)
        if held not in self.after.days:
            return False
        job = self.after.job(held)
        slices = slices_of(self.hearing, job, day) if job else ()
        if job is None or not slices:
            return False
        if {one.minutes for one in slices} != {self.sums.minutes}:
            return False
        gone_on = job.key in self.before.unfinished and not sure
        first = min(one.at for one in slices_of(self.hearing, job))
        final = first - midnight(day + DAY) >= SETTLE
        near = -SLACK if sure else SLACK
        return gone_on or final or self.began - first <= timedelta(seconds=self.refresh) + near

    @property
    def under_other_rights(self) -> list[date]:
        """Days of an answer that was fetched for which were told under rights of before."""
        if not any("/authorization/subjects" in sent.path for sent in self.ended.sent):
            return []
        now = self.world.provider.clients[0].divisions
        return [
            day
            for day in self._begun
            if (self.sums.table, day) in self.after.days and self._rights(day) - {now}
        ]

    def _rights(self, day: date) -> set[frozenset[str] | None]:
        job = self.after.job((self.sums.table, day))
        slices = slices_of(self.hearing, job, day) if job else ()
        return {one.divisions for one in slices if one.at < self.began}


def judge_sums(asked: Asked) -> list[str]:
    """An answer has every row and says what it lacks; an error names what is missing."""
    ended = asked.ended
    if ended.killed:
        return []
    if isinstance(ended.error, IncompleteData):
        return _named_exactly(asked, ended.error)
    if not isinstance(ended.value, Answered):
        return []
    return [*_rows(asked), *_certificate(asked), *_completeness(asked)]


def _rows(asked: Asked) -> list[str]:
    sums, key = asked.sums, KEYS[asked.sums.table]
    held = {
        row[key]: row
        for (dataset, _), rows in asked.after.rows.items()
        if dataset == sums.table
        for row in rows
        if sums.interval.start <= row["interval_start"] < sums.interval.end
    }
    found = {row[key]: row for row in asked.ended.value.rows}
    if len(found) != len(asked.ended.value.rows):
        return ["the answer has a row twice"]
    if found == held:
        return []
    counts = f"{len(found)} and not {len(held)}"
    return [f"{sums.table} in the answer: {counts} rows, or others"]


def _certificate(asked: Asked) -> list[str]:
    certificate, said = asked.ended.value.prepared.certificate, []
    if certificate["requests"]["total"] != len(asked.ended.sent):
        total = certificate["requests"]["total"]
        said.append(f"{total} requests said, {len(asked.ended.sent)} sent")
    counted = sum(
        len(asked.after.rows.get((asked.sums.table, day), ()))
        for day in asked.sums.utc_days
        if midnight(day) < asked.ended.ended
    )
    if certificate["records"].get(asked.sums.table, 0) != counted:
        said.append(f"{certificate['records']} records said, {counted} there were")
    if certificate["quarantined"]:
        said.append("something was quarantined")
    return said


def _completeness(asked: Asked) -> list[str]:
    """What the certificate says is missing is what is missing."""
    prepared, sums = asked.ended.value.prepared, asked.sums
    spans = prepared.certificate["intervals"].get(sums.table, {}).get("missing", [])
    said = []
    if prepared.certificate["complete"] == bool(spans):
        said.append(f"complete is {prepared.certificate['complete']}, missing is {spans}")
    partial = any("partial" in notice for notice in prepared.notices)
    stale, others = asked.stale, asked.under_other_rights
    if not partial and (stale or others):
        had = days_text({*stale, *others})
        said.append(f"answered without a word with days that had to be fetched: {had}")
    time = clipped(sums.interval, asked.ended.began)
    if time is None:
        return said
    have = [
        part
        for (dataset, day), covered in asked.after.days.items()
        if dataset == sums.table and not (partial and day in stale)
        for part in [_held(day_span(day, day), covered.watermark)]
        if part
    ]
    missing = without(time, have)
    told = [part for span in parsed(s.split("/") for s in spans) if (part := common(span, time))]
    wrong = any(without(gap, told) for gap in missing) if partial else missing != told
    if wrong:
        said.append(f"missing is {texts(missing)}, but said {texts(told)}")
    return said


def _held(day: Interval, until: datetime) -> Interval | None:
    return Interval(day.start, min(day.end, until)) if until > day.start else None


_SPAN = re.compile(r"(\w+) (\S+?Z)/(\S+?Z)")


def _named_exactly(asked: Asked, error: IncompleteData) -> list[str]:
    """The days that an error names are those asked for that could not be had; no other."""
    of_it = [span for name, *span in _SPAN.findall(error.message) if name == asked.sums.table]
    named = {day for span in parsed(of_it) for day in span.days() if day in asked.sums.utc_days}
    missing = asked.stale.union(asked.under_other_rights)
    if missing <= named <= missing | asked.doubtful:
        return []
    return [f"the error names {days_text(named)}, missing is {days_text(missing)}: {error.message}"]


def judge_horizons(hearing: Hearing, shelf: Shelf) -> list[str]:
    """No day is held further than time had come when it was told, by the provider's clock."""
    said = []
    for held, covered in shelf.days.items():
        job = shelf.job(held)
        slices = slices_of(hearing, job) if job else ()
        reached = min((one.at for one in slices), default=None)
        if reached and min(covered.watermark, midnight(held[1] + DAY)) > reached + SLACK:
            said.append(f"{_named(held)} is held up to {covered.watermark}, told at {reached}")
    return said[:FEW]
