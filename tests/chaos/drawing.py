"""A story from a seed: every draw is made before anything happens, so that it replays exactly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random

from tests.chaos.chores_drawn import with_chores
from tests.chaos.process import Kill
from tests.chaos.scopes_drawing import woven
from tests.chaos.states import with_states
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
)
from tests.chaos.weather import featured, weather
from tests.gateway import TABLES
from trunkline_simulator.settings import Settings, Shape

Draw = Callable[[Random, datetime, Settings], Action]

ZONES = ("UTC", "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
LATER = (60, 1_200, 7_200, 50_000, 86_400, 3 * 86_400, 8 * 86_400)  # seconds that pass at a time

# How far into a process a kill at each point may be: publishing eight days ends at about these.
DEEPEST = {
    "request": 18,
    "answer": 18,
    "wait": 40,
    "work": 8,
    "statement": 420,
    "file": 80,
    "rename": 80,
    "delete": 80,
}
KILLS = (*DEEPEST, "statement", "statement")  # there are more of them than of all others


SKEWS = (-86_400, -90, -30, 45, 200, 2 * 86_400)  # seconds


def drawn(seed: int) -> Story:
    """The story of a seed."""
    draw = Random(f"chaos {seed}")  # noqa: S311
    start = datetime(2025, 1, 20, tzinfo=UTC) + timedelta(seconds=draw.randrange(430 * 86_400))
    provider = _provider(draw, seed)
    actions: tuple[Action, ...] = (
        _ask(draw, start, _fate(draw, 0.55)),
        *(_action(draw, start, provider) for _ in range(draw.randint(2, 5))),
    )
    if draw.random() < 0.8:
        actions = (featured(draw, provider, seed), *actions)
    return with_states(woven(with_chores(Story(seed, start, provider, actions), weather)))


def _provider(draw: Random, seed: int) -> Settings:
    shape = Shape(
        seed=seed % 5 + 1,  # directories are costly to make
        per_day=draw.choice((3, 4, 5)),
        hostile=draw.random() < 0.3,
        lone_surrogates=draw.random() < 0.1,
    )
    late = draw.random() < 0.4
    return Settings(
        shape=shape,
        salt=str(seed),
        page_rows=draw.choice((3, 6, 9, 1000)),
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
    weights = [weight for weight, _ in ACTIONS]
    (_, drawn_by), *_ = draw.choices(ACTIONS, weights)
    return drawn_by(draw, start, provider)


def _an_ask(draw: Random, start: datetime, _: Settings) -> Action:
    return _ask(draw, start, _fate(draw, 0.4))


def a_wait(draw: Random, _: datetime, __: Settings) -> Action:
    """Some time passes."""
    return Wait(draw.choice(LATER))


def _a_weather(draw: Random, _: datetime, provider: Settings) -> Action:
    return weather(draw, provider)


def _a_resume(draw: Random, _: datetime, __: Settings) -> Action:
    return Resume(_fate(draw, 0.5))


def _a_cancel(draw: Random, _: datetime, __: Settings) -> Action:
    return Cancel(draw.randrange(3), _fate(draw, 0.3))


def _two_together(draw: Random, start: datetime, _: Settings) -> Action:
    return Together(_ask(draw, start, _fate(draw, 0.4)), _ask(draw, start, Fate()))


# What comes how often, of a hundred.
ACTIONS: tuple[tuple[int, Draw], ...] = (
    (42, _an_ask),
    (20, a_wait),
    (18, _a_weather),
    (7, _a_resume),
    (5, _a_cancel),
    (8, _two_together),
)


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
    skew = draw.choice(SKEWS) if draw.random() < 0.1 else 0
    if chosen < deadly:
        point = draw.choice(KILLS)
        # Half of them early: what runs at the beginning runs in every process.
        deepest = DEEPEST[point] if draw.random() < 0.5 else max(4, DEEPEST[point] // 4)
        return Fate(Kill(point, draw.randint(1, deepest)), skew=skew)
    if chosen < deadly + 0.08:
        return Fate(full_after=draw.randint(0, draw.choice((40, 300))), skew=skew)
    return Fate(skew=skew)
