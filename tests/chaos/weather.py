"""What can be wrong with the provider, drawn: request faults, job faults, odd times, other rights.

Each seed is about one thing, so that none is met by chance alone; more of it comes by draws.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from tests.chaos.story import Weather
from trunkline_simulator.settings import (
    Client,
    Fault,
    FaultKind,
    JobFault,
    JobFaultKind,
    Settings,
)

Change = Callable[[Random, Settings], Settings]

DIVISIONS = (None, None, frozenset({"EMEA"}), frozenset({"EMEA", "Home"}))
KINDS: tuple[FaultKind, ...] = (
    "429",
    "429-no-retry-after",
    "401",
    "408",
    "500",
    "502",
    "503",
    "504",
    "not-json",
    "reset-before",
    "reset-after",
    "truncate",
    "slow",
)
BARE: tuple[FaultKind, ...] = ("500", "502", "503", "504")
TOKEN_KINDS: tuple[FaultKind, ...] = ("429", "429-no-retry-after", "500", "503", "reset-after")
TOKEN = "POST /oauth/token"
SUBMIT = "POST */details/jobs"
PLACES = (
    "*",
    "*",
    TOKEN,
    SUBMIT,
    "GET */results",
    "GET */details/jobs/*",
    "* /api/v2/analytics/*",
)
# Seconds after a job of six was done: its first page has been asked for by then, or two were.
DURING = (1.27, 1.32)
JOB_KINDS: tuple[JobFaultKind, ...] = (
    *("fail",) * 6,
    *("expire",) * 6,
    *("vanish",) * 4,
    *("cancel",) * 4,
    "stuck",  # waiting for one takes hundreds of polls
)


def weather(draw: Random, provider: Settings) -> Weather:
    """Some of what can be wrong; now and then nothing."""
    changed = provider
    for change, share in (
        (request_faults, 0.6),
        (job_faults, 0.5),
        (odd_times, 0.5),
        (rights, 0.15),
    ):
        if draw.random() < share:
            changed = change(draw, changed)
    return Weather(changed)


def featured(draw: Random, provider: Settings, seed: int) -> Weather:
    """What a seed is about, which it has from its first day on."""
    return Weather(FEATURES[seed % len(FEATURES)](draw, provider))


def request_faults(draw: Random, provider: Settings) -> Settings:
    """Up to three rules that strike requests."""
    return replace(provider, faults=tuple(_fault(draw) for _ in range(draw.randint(1, 3))))


def _fault(draw: Random) -> Fault:
    match = draw.choice(PLACES)
    kind = draw.choice(TOKEN_KINDS if match == TOKEN else KINDS)
    share = 1.0 if draw.random() < 0.08 else draw.choice((0.1, 0.25, 0.5))
    bare = kind in BARE and draw.random() < 0.5
    return Fault(match, kind, share=share, seconds=_seconds(draw, kind), bare=bare)


def _seconds(draw: Random, kind: FaultKind) -> int:
    """How long to wait; what is slow is so within the patience of a client, or beyond it."""
    return draw.choice((5, 20, 700) if kind == "slow" else (0, 1, 5, 40, 100, 700))


def job_faults(draw: Random, provider: Settings) -> Settings:
    """Up to two rules that strike jobs."""
    return replace(provider, job_faults=tuple(_job_fault(draw) for _ in range(draw.randint(1, 2))))


def _job_fault(draw: Random) -> JobFault:
    kind = draw.choice(JOB_KINDS)
    for_ever = draw.random() < 0.15 and kind != "stuck"
    return JobFault(
        kind,
        nth=None if for_ever else draw.randint(1, 3),
        times=1 if kind == "stuck" else draw.choice((1, 1, 2, 4)),
        seconds=draw.choice((0.0, *DURING, 5.0, 9.0)),
    )


def odd_times(draw: Random, provider: Settings) -> Settings:
    """Short lives, narrow limits, and a lake whose date goes back."""
    return replace(
        provider,
        token_seconds=draw.choice((86_400, 86_400, 2, 30)),
        rate_per_minute=draw.choice((300, 300, 20, 12)),
        cursor_seconds=draw.choice((1e9, 1e9, 0.01, 3.0)),
        # More than before: the date that the lake is complete up to goes back.
        lag_seconds=provider.lag_seconds + draw.choice((0, 0, 1_800, 30 * 3_600)),
        job_concurrency=draw.choice((50, 1)),
    )


def rights(draw: Random, provider: Settings) -> Settings:
    """A client that covers other divisions."""
    return replace(provider, clients=(replace(Client(), divisions=draw.choice(DIVISIONS)),))


def _requests_with(kind: FaultKind, match: str, *, bare: bool = False) -> Change:
    def change(draw: Random, provider: Settings) -> Settings:
        share, seconds = draw.choice((0.2, 0.4)), _seconds(draw, kind)
        fault = Fault(match, kind, share=share, seconds=seconds, bare=bare)
        return replace(provider, faults=(fault,))

    return change


def _first_jobs(kind: JobFaultKind, seconds: float = 0.0, times: int | None = 1) -> Change:
    """The first job, the first few, or (None) every one has it.

    How long a job takes is the provider's for good: one that is done is not pending any more.
    """

    def change(_: Random, provider: Settings) -> Settings:
        nth, count = (None, 1) if times is None else (1, times)
        fault = JobFault(kind, nth=nth, times=count, seconds=seconds)
        return replace(provider, job_faults=(fault,), page_rows=min(provider.page_rows, 5))

    return change


def _with(**settings: object) -> Change:
    return lambda _, provider: replace(provider, **settings)  # type: ignore[arg-type]


def _lost_submit(_: Random, provider: Settings) -> Settings:
    """The answer to a POST is lost: the job is there, and nobody was told."""
    return replace(provider, faults=(Fault(SUBMIT, "reset-after", nth=1),))


def _back(_: Random, provider: Settings) -> Settings:
    return replace(provider, lag_seconds=provider.lag_seconds + 30 * 3_600)


FEATURES: tuple[Change, ...] = (
    *(_requests_with(kind, "*") for kind in KINDS),
    *(_requests_with(kind, "GET */details/jobs/*", bare=True) for kind in BARE),
    *(_requests_with(kind, TOKEN) for kind in TOKEN_KINDS),
    _requests_with("truncate", "GET */results"),
    _lost_submit,
    _first_jobs("stuck"),
    _first_jobs("fail"),
    _first_jobs("fail", times=4),
    _first_jobs("fail", times=None),
    _first_jobs("expire"),
    _first_jobs("expire", DURING[0]),
    _first_jobs("expire", DURING[1]),
    _first_jobs("cancel", 5.0),
    _first_jobs("cancel", 8.2),
    _first_jobs("vanish", 5.0),
    _with(token_seconds=2),
    _with(cursor_seconds=0.01, page_rows=5),
    _with(rate_per_minute=12),
    _with(job_concurrency=1),
    _with(empty_end=True, page_rows=5),
    _with(empty_pages=True, page_rows=5),
    _with(page_overlap=2, page_rows=5),
    _with(shuffle_pages=True, page_rows=5),
    _back,
    _with(clients=(replace(Client(), divisions=frozenset({"EMEA"})),)),
)
