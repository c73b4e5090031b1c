"""What the answer to a question is worth: each function tells what is wrong; nothing is good."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from tests.chaos.held import Holding, differences
from tests.chaos.judgement import REFRESH, SETTLE, Asked, skews
from tests.chaos.questions import Question
from tests.chaos.scopes_held import Brought
from tests.chaos.scopes_lake import conditions_of
from tests.chaos.scopes_truth import LONGEST, Rows, table_of, told_by_job
from tests.chaos.spans import clipped, common, days_text, parsed, texts, without
from tests.chaos.truth import Fetched
from tests.chaos.world import Answered, Ended, World
from trunkline.errors import IncompleteData
from trunkline.interval import DAY, Interval, midnight
from trunkline.scope import OPEN_AT, Scope
from trunkline_simulator.state import Job

_DATASET = "conversation_details"
_SPAN = re.compile(rf"{_DATASET} (\S+?Z)/(\S+?Z)")
_OPENED = re.compile(rf"{_DATASET} open at (\d{{4}}-\d\d-\d\d)")
IsResumed = Callable[[str, Job], bool]
_PARTLY = ("partial", "what needs no job")


@dataclass(frozen=True, slots=True)
class Questioned:
    """One question, how it ended, and what was held before and after.

    ``after`` is as of the snapshot that was answered from; ``expected`` is the snapshot that had to
    be, where an earlier one was meant.
    """

    world: World
    question: Question
    ended: Ended
    before: Holding
    after: Holding
    expected: int | None = None

    @property
    def asked(self) -> Asked:
        """The same as a query of whole days."""
        return Asked(self.world, self.question.ask, self.ended, self.before, self.after)

    @property
    def partly(self) -> bool:
        """Whether it says that something could not be fetched."""
        notices = self.ended.value.prepared.notices
        return any(word in notice for notice in notices for word in _PARTLY)

    @property
    def through(self) -> dict[Scope, frozenset[date]]:
        """The filters that it says it read, and of which days."""
        told = self.ended.value.prepared.certificate["filtered"].get(_DATASET, {})
        by_text = {scope.condition: scope for scope in self.after.beside.filters}
        return {
            by_text[text]: frozenset(
                d for s in parsed(x.split("/") for x in spans) for d in s.days()
            )
            for text, spans in told.items()
            if text in by_text
        }


def judge_question(of: Questioned) -> list[str]:
    """An answer has every row and says what it lacks; an error names what is missing."""
    if of.question.held and of.ended.sent:
        return [f"{len(of.ended.sent)} requests for what is held"]
    if of.question.held and isinstance(of.ended.error, IncompleteData):
        return [f"what is held cannot fail: {of.ended}"]
    if isinstance(of.ended.error, IncompleteData):
        return list(_named(of, of.ended.error))
    if of.ended.killed or not isinstance(of.ended.value, Answered):
        return []
    judged = (_rows, _filters, _certificate, _completeness, _fresh, _present, _ended_ones)
    return [text for judge in judged for text in judge(of)]


def _rows(of: Questioned) -> Iterator[str]:
    """The answer is what can be read, chosen in plain Python."""
    question, ended = of.question, of.ended
    names = {question.table, "conversations", *(one.table for one in question.where)}
    held = of.after.readable(names, of.through, opened=bool(question.within))
    answer: Rows = question.answer(held)
    if not question.counted:
        yield from differences(question.table, "in the answer", ended.value.rows, answer)
    elif sorted(map(_pair, ended.value.rows)) != sorted(map(_pair, answer)):
        yield f"counted {len(ended.value.rows)} conversations with other counts than {len(answer)}"


def _pair(row: dict[str, object]) -> tuple[str, object]:
    return str(row["conversation_id"]), row["n"]


def _filters(of: Questioned) -> Iterator[str]:
    """A day is read through a filter only where that leaves nothing out, and it is not whole."""
    question = of.question
    told = of.ended.value.prepared.certificate["filtered"].get(_DATASET, {})
    if len(told) != len(of.through):
        yield f"says it read through {sorted(told)}, and that is not held"
    for scope, days in of.through.items():
        if question.pushdown == "never":
            yield f"read through {scope.condition}, and no filter was wanted"
        for wanted in conditions_of(scope):
            if not any(
                (one.table, one.column) == (wanted.table, wanted.column)
                and {*one.values} <= {*wanted.values}
                for one in question.where
            ):
                yield f"read through {scope.condition}, which leaves out what is asked for"
        if both := days & of.after.days.keys():
            yield f"{days_text(both)} is held whole, and was read where {scope.condition}"
    untold = {c.column for s in of.through for c in conditions_of(s) if c.table in _BETWEEN}
    notices = of.ended.value.prepared.notices
    if untold and not any("segment by segment" in notice for notice in notices):
        yield f"filtered by {sorted(untold)} without a word"


_BETWEEN = ("participants", "sessions")


def _certificate(of: Questioned) -> Iterator[str]:
    """What it counts is what there was."""
    certificate, days = of.ended.value.prepared.certificate, of.question.utc_days
    if certificate["requests"]["total"] != len(of.ended.sent):
        yield f"{certificate['requests']['total']} requests said, {len(of.ended.sent)} sent"
    if certificate["quarantined"]:
        yield "something was quarantined"
    if of.expected is not None and certificate["snapshot"] != of.expected:
        yield f"snapshot {certificate['snapshot']} answered, {of.expected} was meant"
    if not of.question.bounded:
        return
    counted = sum(of.after.days[day].conversations for day in days if day in of.after.days)
    for scope, on in of.through.items():
        rows = of.after.beside.of(scope, "conversations")
        counted += sum(row["conversation_start"].date() in on for row in rows)
    if certificate["conversations"] != counted:
        yield f"{certificate['conversations']} conversations said, {counted} there were"


def _completeness(of: Questioned) -> Iterator[str]:
    """What the certificate says is missing is what is missing, and nothing else is."""
    certificate = of.ended.value.prepared.certificate
    spans = certificate["intervals"].get(_DATASET, {}).get("missing", [])
    opened = certificate["open_at"].get(_DATASET, {}).get("missing", [])
    if certificate["complete"] == bool(spans or opened):
        yield f"complete is {certificate['complete']}, missing is {spans} {opened}"
    time = clipped(of.question.starts, of.ended.began)
    if time is None or not of.question.bounded:
        return
    have = _had(of)
    told = [part for span in parsed(s.split("/") for s in spans) if (part := common(span, time))]
    if unsaid := [gap for span in without(time, have) for gap in without(span, told)]:
        yield f"missing and not said: {texts(unsaid)}"
    wrong = [part for span in told for one in have if (part := common(span, one))]
    if wrong and not of.partly:
        yield f"said to be missing, and held: {texts(wrong)}"
    day = of.question.opened
    is_held = day in of.after.beside.brought.get(OPEN_AT, {})
    if day is not None and not is_held and str(day) not in opened:
        yield f"what was open at {day} is not held, and that is not said"


def _had(of: Questioned) -> list[Interval]:
    """The time of which everything is held."""
    had = [part for day, one in of.after.brought.items() if (part := one.held(day))]
    for scope, days in of.through.items():
        for day in days:
            fetched = Fetched(of.world.provider, of.after.beside.brought[scope][day].job)
            had += [part] if (part := fetched.held(day)) else []
    return had + [Interval(day.start, day.end) for day in of.after.beside.tails]


def _fresh(of: Questioned) -> Iterator[str]:
    """An answer that fetched what it lacked has no day, tail or open one that is old."""
    if of.question.held or of.partly or not of.question.bounded:
        return
    if lacking := _stale(of):
        yield f"answered without a word with days that had to be fetched: {days_text(lacking)}"
    if of.question.opened is not None and _is_unopened(of, of.question.opened):
        yield f"what was open at {of.question.opened} had to be fetched"
    time = clipped(
        of.question.starts, of.ended.began - timedelta(seconds=REFRESH) - skews(of.world)
    )
    if of.question.tail and time is not None and (gaps := without(time, _had(of))):
        yield f"the tail had to be asked for: {texts(gaps)}"


def _stale(of: Questioned) -> set[date]:
    """The days that had to be there when it was over, whole or through its filter."""
    return of.asked.stale.union(of.asked.under_other_rights) - _good(of, of.asked.was_begun)


def _doubtful(of: Questioned) -> set[date]:
    """Days of jobs that another process may have gone on with: see ``Asked.doubtful``."""
    lacking = of.asked.stale.union(of.asked.doubtful, of.asked.under_other_rights)
    return lacking - _good(of, of.asked.was_gone_on_with)


def _good(of: Questioned, is_resumed: IsResumed) -> set[date]:
    """The days that its filter has as they are wanted."""
    rights = of.world.provider.clients[0].divisions
    knows = any("/authorization/subjects" in sent.path for sent in of.ended.sent)
    return {
        day
        for scope, days in of.after.beside.brought.items()
        if _serves(of.question, scope)
        for day, brought in days.items()
        if day not in of.after.days
        and _is_fresh(of, brought, midnight(day + DAY), is_resumed)
        and not (knows and brought.job.client.divisions != rights)
    }


def _is_fresh(of: Questioned, brought: Brought, until: datetime, is_resumed: IsResumed) -> bool:
    """Whether what changes until an instant was fetched of late, or for good."""
    final = (brought.job.lake_date - until).total_seconds() >= SETTLE
    return final or is_resumed(brought.key, brought.job) or of.asked.is_of_late(brought.job)


def _serves(question: Question, scope: Scope) -> bool:
    """Whether what a filter let through has all that is asked for."""
    return bool(scope.predicates) and all(
        any(one.column == c.column and {*one.values} <= {*c.values} for one in question.where)
        for c in conditions_of(scope)
    )


def _is_unopened(of: Questioned, day: date, is_resumed: IsResumed | None = None) -> bool:
    """Whether what was open at a day had to be asked for, and was not."""
    if midnight(day) >= of.asked.reached:
        return False
    brought = of.after.beside.brought.get(OPEN_AT, {}).get(day)
    resumed = is_resumed or of.asked.was_begun
    return brought is None or not _is_fresh(of, brought, of.question.interval.end, resumed)


def _named(of: Questioned, error: IncompleteData) -> Iterator[str]:
    """What an error names is what could not be had; no other."""
    asked = set(of.question.utc_days)
    named = {d for s in parsed(_SPAN.findall(error.message)) for d in s.days() if d in asked}
    lacking = _stale(of)
    begun = of.asked.begun_meanwhile
    if not lacking <= named <= lacking | _doubtful(of) | begun:
        said = f"the error names {days_text(named)}, missing is {days_text(lacking)}"
        yield f"{said}: {error.message}"
    opened = of.question.opened
    told = {date.fromisoformat(text) for text in _OPENED.findall(error.message)}
    unopened = {opened} if opened is not None and _is_unopened(of, opened) else set()
    doubtful = opened is not None and (
        opened in begun or _is_unopened(of, opened, of.asked.was_gone_on_with)
    )
    if told != unopened and not (doubtful and told == {opened}):
        yield f"the error names what was open at {told}, missing is {unopened}: {error.message}"


def _present(of: Questioned) -> Iterator[str]:
    """Nothing is twice in an answer."""
    if of.question.counted:
        return
    if of.question.table == "conversations":
        ids = [row["conversation_id"] for row in of.ended.value.rows]
        if len(ids) != len(set(ids)):
            yield "a conversation is twice in the answer"


def _ended_ones(of: Questioned) -> Iterator[str]:
    """Whatever ended within a time is found, whenever it began."""
    question, after = of.question, of.after
    complete = of.ended.value.prepared.certificate["complete"]
    if question.within != "conversation_end" or question.where or not complete or question.counted:
        return
    if of.world.provider.removed_share:
        return  # what ended may be gone since
    jobs = [after.brought[day].job for day in question.utc_days if day in after.brought]
    opened = after.beside.brought.get(OPEN_AT, {}).get(question.utc_days[0])
    jobs += [opened.job] if opened else []
    if not opened or len({job.client.divisions for job in jobs}) > 1:
        return
    oldest = min(jobs, key=lambda job: job.lake_date)
    found = {row["conversation_id"] for row in of.ended.value.rows}
    days = [question.utc_days[0] - back * DAY for back in range(1, LONGEST + 1)]
    for day in (*days, *(day for day in question.utc_days if day in after.brought)):
        made = told_by_job(of.world.provider, day, oldest).values()
        for row in table_of(made, "conversations"):
            end: datetime | None = row["conversation_end"]
            inside = end is not None and question.interval.start <= end < question.interval.end
            if inside and row["conversation_id"] not in found:
                yield f"{row['conversation_id']} ended at {end}, and is not in the answer"
