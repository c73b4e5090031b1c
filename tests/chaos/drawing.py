"""A story from a seed: every draw is made before anything happens, so that it replays exactly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from tests.chaos.process import Kill
from tests.chaos.scopes_drawing import woven
from tests.chaos.story import (
    DAY,
    Action,
    Ask,
    Cancel,
    Fate,
    Resume,
    Story,
    Together,
    Wait,
    Weather,
)
from tests.gateway import TABLES
from trunkline_simulator.settings import (
    Client,
    Fault,
    FaultKind,
    JobFault,
    JobFaultKind,
    Settings,
    Shape,
)

ZONES = ("UTC", "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
DIVISIONS = (None, None, frozenset({"EMEA"}), frozenset({"EMEA", "Home"}))
LATER = (60, 1_200, 7_200, 50_000, 86_400, 3 * 86_400, 8 * 86_400)  # seconds that pass at a time

# How far into a process a kill at each point may be.
DEEPEST = {
    "request": 18,
    "answer": 18,
    "wait": 40,
    "work": 6,
    "statement": 160,
    "file": 40,
    "rename": 40,
    "delete": 24,
}

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
BARE = ("500", "502", "503", "504")
PLACES = (
    "*",
    "*",
    "POST /oauth/token",
    "POST */details/jobs",
    "GET */results",
    "GET */details/jobs/*",
    "* /api/v2/analytics/*",
)
JOB_KINDS: tuple[JobFaultKind, ...] = (
    "fail",
    "fail",
    "fail",
    "expire",
    "expire",
    "expire",
    "vanish",
    "vanish",
    "cancel",
    "cancel",
    "stuck",
)
TOKEN_KINDS: tuple[FaultKind, ...] = ("429", "429-no-retry-after", "500", "503", "reset-after")


def drawn(seed: int) -> Story:
    """The story of a seed."""
    draw = Random(f"chaos {seed}")  # noqa: S311
    start = datetime(2025, 1, 20, tzinfo=UTC) + timedelta(seconds=draw.randrange(430 * 86_400))
    provider = _provider(draw, seed)
    count = draw.randint(2, 5)
    actions = (
        _ask(draw, start, _fate(draw, 0.7)),
        *(_action(draw, start, provider) for _ in range(count)),
    )
    if draw.random() < 0.6:
        actions = (_weather(draw, provider), *actions)
    return woven(Story(seed, start, provider, actions))


def _provider(draw: Random, seed: int) -> Settings:
    shape = Shape(
        seed=seed % 5 + 1,  # directories are costly to make
        per_day=draw.choice((3, 4, 6)),
        hostile=draw.random() < 0.3,
        lone_surrogates=draw.random() < 0.1,
    )
    late = draw.random() < 0.4
    return Settings(
        shape=shape,
        salt=str(seed),
        page_rows=draw.choice((2, 5, 9, 1000)),
        lag_seconds=draw.choice((0, 3_600, 6 * 3_600, 2 * 86_400)),
        pending_seconds=draw.choice((6.0, 6.0, 6.0, 6.0, 90.0, 400.0)),
        result_seconds=draw.choice((86_400, 5 * 86_400)),
        late_share=0.3 if late else 0.0,
        late_seconds=draw.choice((3_600, 40_000, 2 * 86_400)) if late else 0,
        corrected_share=draw.choice((0.0, 0.0, 0.4)),
        corrected_seconds=draw.choice((2 * 86_400, 4 * 86_400)),
        empty_end=draw.random() < 0.15,
        empty_pages=draw.random() < 0.15,
        page_overlap=draw.choice((0, 0, 0, 1, 5)),
        shuffle_pages=draw.random() < 0.2,
    )


def _action(draw: Random, start: datetime, provider: Settings) -> Action:
    chosen = draw.random()
    if chosen < 0.42:
        return _ask(draw, start, _fate(draw, 0.4))
    if chosen < 0.62:
        return Wait(draw.choice(LATER))
    if chosen < 0.80:
        return _weather(draw, provider)
    if chosen < 0.87:
        return Resume(_fate(draw, 0.5))
    if chosen < 0.92:
        return Cancel(draw.randrange(3), _fate(draw, 0.3))
    return Together(_ask(draw, start, _fate(draw, 0.4)), _ask(draw, start, Fate()))


def _ask(draw: Random, start: datetime, fate: Fate) -> Ask:
    days = draw.choice((1, 2, 3, 3, 5, 8))
    first = start.date() + draw.choice((-14, -6, -4, -3, -2, -1, 0, 3)) * DAY
    return Ask(
        table=draw.choice(TABLES),
        first=first,
        days=days,
        zone=draw.choice(ZONES),
        allow_partial=draw.random() < 0.2,
        fate=fate,
    )


def _fate(draw: Random, deadly: float) -> Fate:
    chosen = draw.random()
    skew = draw.choice((-90, -30, 45, 200)) if draw.random() < 0.08 else 0
    if chosen < deadly:
        point = draw.choice(tuple(DEEPEST))
        # Half of them early: what runs at the beginning runs in every process.
        deepest = DEEPEST[point] if draw.random() < 0.5 else max(4, DEEPEST[point] // 4)
        return Fate(Kill(point, draw.randint(1, deepest)), skew=skew)
    if chosen < deadly + 0.08:
        return Fate(full_after=draw.randint(0, 40), skew=skew)
    return Fate(skew=skew)


def _weather(draw: Random, provider: Settings) -> Weather:
    """Some of what can be wrong; now and then nothing."""
    changed = provider
    for change, share in (
        (_request_faults, 0.6),
        (_job_faults, 0.5),
        (_odd_times, 0.5),
        (_rights, 0.15),
    ):
        if draw.random() < share:
            changed = change(draw, changed)
    return Weather(changed)


def _request_faults(draw: Random, provider: Settings) -> Settings:
    return replace(provider, faults=tuple(_fault(draw) for _ in range(draw.randint(1, 3))))


def _fault(draw: Random) -> Fault:
    match = draw.choice(PLACES)
    kind = draw.choice(TOKEN_KINDS if "oauth" in match else KINDS)
    share = 1.0 if draw.random() < 0.08 else draw.choice((0.1, 0.25, 0.5))
    seconds = draw.choice((0, 1, 5, 40, 100, 700))
    return Fault(
        match, kind, share=share, seconds=seconds, bare=kind in BARE and draw.random() < 0.5
    )


def _job_faults(draw: Random, provider: Settings) -> Settings:
    return replace(provider, job_faults=tuple(_job_fault(draw) for _ in range(draw.randint(1, 2))))


def _job_fault(draw: Random) -> JobFault:
    kind = draw.choice(JOB_KINDS)
    for_ever = draw.random() < 0.15 and kind != "stuck"  # waiting for one takes hundreds of polls
    return JobFault(
        kind,
        nth=None if for_ever else draw.randint(1, 3),
        times=1 if kind == "stuck" else draw.choice((1, 1, 2, 4)),
        seconds=draw.choice((0.0, 0.2, 0.4, 5.0, 9.0)),
    )


def _odd_times(draw: Random, provider: Settings) -> Settings:
    return replace(
        provider,
        token_seconds=draw.choice((86_400, 86_400, 2, 30)),
        rate_per_minute=draw.choice((300, 300, 20, 12)),
        cursor_seconds=draw.choice((1e9, 1e9, 0.01, 3.0)),
        # More than before: the date that the lake is complete up to goes back.
        lag_seconds=provider.lag_seconds + draw.choice((0, 0, 1_800, 30 * 3_600)),
        job_concurrency=draw.choice((50, 1)),
    )


def _rights(draw: Random, provider: Settings) -> Settings:
    return replace(provider, clients=(replace(Client(), divisions=draw.choice(DIVISIONS)),))
