"""Jobs of any payload: submit, status, results, delete, availability."""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from trunkline_simulator.api.context import Answer, Context, lake_date
from trunkline_simulator.api.errors import Refused, bad_request, not_found, too_many_requests
from trunkline_simulator.api.query import check_job, interval_of
from trunkline_simulator.payloads.parts import Json, stamp
from trunkline_simulator.selection import Lake, live, select, shown
from trunkline_simulator.settings import JobFault, JobPayload, Settings
from trunkline_simulator.state import Job
from trunkline_simulator.view import milliseconds

_RUNNING = frozenset({"QUEUED", "PENDING"})


@dataclass(frozen=True, slots=True)
class Payload:
    """What jobs are about: their queries, what they answer.

    ``select`` gives everything that a query answers, ``show`` the rows of some of it. The rows are
    in ``attribute`` of a page, where that is not the name itself. What is ``live`` is told as of
    the moment of the job's submission, without a date of the lake, and its body says the size of
    its pages.
    """

    root: JobPayload
    check: Callable[[Json], None]
    select: Callable[[Lake, Json], tuple[Any, ...]]
    show: Callable[[Lake, Json, Sequence[Any]], list[Json]]
    attribute: str = ""
    live: bool = False


def _conversations(lake: Lake, _: Json, found: Sequence[Any]) -> list[Json]:
    return [shown(lake, planned) for planned in found]


CONVERSATIONS = Payload("conversations", check_job, select, _conversations)


def submit(payload: Payload, context: Context) -> Answer:
    """POST .../jobs: 202 with the id. The lake is read as it stands now."""
    query = context.json()
    payload.check(query)
    state, settings = context.state, context.settings
    running = [
        one
        for one in state.jobs.values()
        if one.payload == payload.root and job_state(settings, one, context.now) in _RUNNING
    ]
    if len(running) >= settings.job_concurrency:
        raise too_many_requests(5)
    state.seen["jobs"] += 1
    state.seen[f"jobs {payload.root}"] += 1
    nth = state.seen["jobs"]
    key = f"job {settings.shape.seed} {settings.salt} {nth}"
    job_id = str(UUID(int=Random(key).getrandbits(128), version=4))  # noqa: S311
    state.jobs[job_id] = Job(
        job_id=job_id,
        client=context.client,
        query=query,
        submitted=context.now,
        lake_date=lake_date(settings, context.now, payload.root),
        fault=_fault(context, payload, query),
        payload=payload.root,
    )
    return Answer(202, {"jobId": job_id})


def _fault(context: Context, payload: Payload, query: Json) -> JobFault | None:
    start, end = interval_of(query["interval"])
    for fault in context.settings.job_faults:
        if fault.payload not in {None, payload.root}:
            continue
        counted = f"jobs {payload.root}" if fault.payload else "jobs"
        if _strikes(fault, context.state.seen[counted], start, end):
            return fault
    return None


def _strikes(fault: JobFault, nth: int, start: datetime, end: datetime) -> bool:
    if fault.nth is not None and not fault.nth <= nth < fault.nth + fault.times:
        return False
    if fault.day is not None and not start.date() <= fault.day <= (end - _TICK).date():
        return False
    if fault.longer_than_days is not None:
        return end - start > timedelta(days=fault.longer_than_days)
    return True


_TICK = timedelta(milliseconds=1)
_DECADE = 3650 * 86_400.0


def _completed(settings: Settings, job: Job) -> datetime:
    return job.submitted + timedelta(seconds=settings.queued_seconds + settings.pending_seconds)


def _expires(settings: Settings, job: Job) -> datetime:
    early = job.fault.seconds if job.fault and job.fault.kind == "expire" else None
    seconds = settings.result_seconds if early is None else early
    return _completed(settings, job) + timedelta(seconds=seconds)


def job_state(settings: Settings, job: Job, now: datetime) -> str:
    """The state of a job by the clock alone (SDK 269 AsyncQueryStatus.state)."""
    if job.cancelled is not None or _cancelled_by_another(settings, job, now):
        return "CANCELLED"
    if now < job.submitted + timedelta(seconds=settings.queued_seconds):
        return "QUEUED"
    if now < _completed(settings, job) or (job.fault and job.fault.kind == "stuck"):
        return "PENDING"
    if job.fault and job.fault.kind == "fail":
        return "FAILED"
    return "FULFILLED" if now < _expires(settings, job) else "EXPIRED"


def _find(payload: Payload, context: Context) -> Job:
    job = context.state.jobs.get(context.params["job"])
    gone = (
        job is None
        or job.payload != payload.root
        or job.client.client_id != context.client.client_id
    )
    if job is not None and not gone and _vanished(context.settings, job, context.now):
        _meet(context, job, " after it ended" if job.fault and job.fault.kind == "cancel" else "")
        gone = True
    if job is None or gone:
        raise not_found(f"job {context.params['job']}")
    return job


def _struck_at(job: Job) -> datetime:
    return job.submitted + timedelta(seconds=job.fault.seconds if job.fault else 0.0)


def _cancelled_by_another(settings: Settings, job: Job, now: datetime) -> bool:
    """Somebody else deleted it while it was running."""
    if job.fault is None or job.fault.kind != "cancel":
        return False
    return _struck_at(job) < _completed(settings, job) and now >= _struck_at(job)


def _vanished(settings: Settings, job: Job, now: datetime) -> bool:
    """It was there and is not known any more; somebody else may have deleted it."""
    if job.fault is None or now < _struck_at(job):
        return False
    late = job.fault.kind == "cancel" and _struck_at(job) >= _completed(settings, job)
    return late or job.fault.kind == "vanish"


def _meet(context: Context, job: Job, suffix: str = "") -> None:
    """Count that somebody met what is wrong with this job."""
    if job.fault is not None:
        context.state.met[f"job {job.fault.kind}{_how_often(job.fault)}{suffix}"] += 1


def _how_often(fault: JobFault) -> str:
    if fault.kind != "fail":
        return ""
    return " once" if fault.nth and fault.times == 1 else " again" if fault.nth else " for ever"


_WHERE = {
    "EXPIRED": " before its pages",
    "FULFILLED": " to come",
    "CANCELLED": " while it ran",
}


def status(payload: Payload, context: Context) -> Answer:
    """GET .../jobs/{jobId}."""
    job, settings = _find(payload, context), context.settings
    state = job_state(settings, job, context.now)
    made: Json = {"state": state, "submissionDate": stamp(milliseconds(job.submitted))}
    if state in {"FULFILLED", "EXPIRED", "FAILED"}:
        made["completionDate"] = stamp(milliseconds(_completed(settings, job)))
    if state in {"FULFILLED", "EXPIRED"}:
        made["expirationDate"] = stamp(milliseconds(_expires(settings, job)))
    if state == "FAILED" and job.fault:
        made["errorMessage"] = job.fault.message
    if state in {"FAILED", "CANCELLED", "EXPIRED"} or context.now >= _completed(settings, job):
        _meet(context, job, _WHERE.get(state, ""))
    return Answer(200, made)


def cancel(payload: Payload, context: Context) -> Answer:
    """DELETE .../jobs/{jobId}: a running job is CANCELLED, a finished one is gone."""
    job = _find(payload, context)
    if job_state(context.settings, job, context.now) in _RUNNING:
        context.state.jobs[job.job_id] = replace(job, cancelled=context.now)
    else:
        del context.state.jobs[job.job_id]
    return Answer(204)


def availability(payload: Payload, context: Context) -> Answer:
    """GET .../jobs/availability: before when the lake is complete."""
    date = lake_date(context.settings, context.now, payload.root)
    return Answer(200, {"dataAvailabilityDate": stamp(milliseconds(date))})


def results(payload: Payload, context: Context) -> Answer:
    """GET .../jobs/{jobId}/results: a page, and a cursor unless it is the last one."""
    job, settings = _find(payload, context), context.settings
    cursor = context.request.query.get("cursor", [""])[-1]
    _check_ready(context, job, cursor)
    size = _size(context, payload, job)
    offset, served = _place(context, cursor, job) if cursor else (0, True)
    lake, attribute = _lake(payload, context, job), payload.attribute or payload.root
    found = _selected(payload, context, job, lake)
    date = {} if payload.live else {"dataAvailabilityDate": stamp(milliseconds(job.lake_date))}
    if settings.empty_pages and not served:
        context.state.met["empty page with a cursor"] += 1
        again = _cursor(context, job, offset, served=True)
        return Answer(200, {attribute: [], "cursor": again, **date})
    rows = payload.show(lake, job.query, _rows(settings, found, offset, size))
    made: Json = {attribute: rows} if rows or not offset else {}
    if offset + size < len(found) or (settings.empty_end and rows):
        made["cursor"] = _cursor(context, job, offset + size)
    context.state.met.update(_oddities(settings, rows, offset))
    return Answer(200, {**made, **date})


def _oddities(settings: Settings, rows: list[Json], offset: int) -> list[str]:
    """What is unusual about a page, by the settings."""
    return [
        name
        for name, odd in (
            ("last page without rows", bool(offset and not rows)),
            ("rows repeated", bool(offset and rows and settings.page_overlap)),
            ("rows out of order", bool(len(rows) > 1 and settings.shuffle_pages)),
        )
        if odd
    ]


def _check_ready(context: Context, job: Job, cursor: str) -> None:
    state = job_state(context.settings, job, context.now)
    if state == "FULFILLED":
        return
    if state in {"EXPIRED", "CANCELLED"}:
        _meet(context, job, " during its pages" if cursor else " before its pages")
    if state == "EXPIRED":
        code = context.settings.expired_results_status
        raise Refused(code, "job.expired", f"The results of job {job.job_id} have expired")
    code = context.settings.early_results_status
    raise Refused(code, "job.not.ready", f"Job {job.job_id} has no results: it is {state}")


def _size(context: Context, payload: Payload, job: Job) -> int:
    most = context.settings.max_page_size
    asked = job.query.get("pageSize", most) if payload.live else None
    size = context.number("pageSize", 1000, most) if asked is None else min(asked, most)
    return min(size, context.settings.page_rows)


def _lake(payload: Payload, context: Context, job: Job) -> Lake:
    divisions = replace(context, client=job.client).divisions
    if payload.live:
        return live(context.settings, job.submitted, divisions)
    return Lake(context.settings, job.lake_date, divisions)


def _selected(payload: Payload, context: Context, job: Job, lake: Lake) -> tuple[Any, ...]:
    kept = context.state.selections
    if job.job_id not in kept:
        kept[job.job_id] = payload.select(lake, job.query)
    return kept[job.job_id]


def _rows(settings: Settings, found: tuple[Any, ...], offset: int, size: int) -> list[Any]:
    """The rows of a page; by the settings some of the page before come again, or out of order."""
    rows = list(found[max(0, offset - settings.page_overlap) : offset + size])
    if settings.shuffle_pages:
        Random(offset).shuffle(rows)  # noqa: S311
    return rows


def _mark(job: Job) -> int:
    return UUID(job.job_id).int % 10**9


def _cursor(context: Context, job: Job, offset: int, *, served: bool = False) -> str:
    """Opaque to a client; in the service's samples it decodes to cursor_v2 and digits.

    ``served``: the empty page before this place has been given.
    """
    digits = f"{_mark(job):09d}{offset:09d}{served:d}"
    text = base64.b64encode(f"cursor_v2{digits}".encode()).decode()
    context.state.cursors[text] = _until(context)
    return text


def _until(context: Context) -> datetime:
    seconds = min(context.settings.cursor_seconds, _DECADE)
    return context.now + timedelta(seconds=seconds)


def _place(context: Context, cursor: str, job: Job) -> tuple[int, bool]:
    """The offset that a cursor stands for, and whether the empty page before it was given."""
    try:
        text = base64.b64decode(cursor, validate=True).decode()
    except ValueError as error:
        raise bad_request("The cursor is invalid", "cursor") from error
    digits = text.removeprefix("cursor_v2")
    if digits == text or not digits.isdecimal() or digits[:9] != f"{_mark(job):09d}":
        raise bad_request("The cursor is invalid", "cursor")
    if context.now > context.state.cursors.get(cursor, context.now):
        context.state.met["cursor expired"] += 1
        raise bad_request("The cursor is invalid", "cursor")
    return int(digits[9:-1]), digits.endswith("1")
