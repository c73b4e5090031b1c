"""A story of aggregates and lists from a seed: every draw is made before anything happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal

from tests.chaos.direct.actions import (
    LIST_AGE,
    Anew,
    Both,
    Move,
    Moved,
    Present,
    Single,
    Sums,
    Whole,
)
from tests.chaos.direct.shelf import LISTS, SUMS
from tests.chaos.direct.weather import featured, weather
from tests.chaos.drawing import SKEWS, ZONES, a_wait
from tests.chaos.process import Kill
from tests.chaos.story import DAY, Action, Fate, Resume, Story
from trunkline_simulator.entities import BUILDERS
from trunkline_simulator.settings import ChangeKind, DirectoryChange, Settings, Shape

Draw = Callable[[Random, datetime, Settings], Action]

# How far into a process a kill at each point may be.
DEEPEST = {
    "request": 30,
    "answer": 30,
    "wait": 30,
    "work": 24,
    "statement": 260,
    "file": 30,
    "rename": 30,
    "delete": 12,
}
KILLS = (*DEEPEST, "statement", "statement", "answer")
# Of so many seeds, the one in whose story somebody is deleted and comes back; in whose the disk is
# full while it fetches.
SELDOM, RETURNS, FULL = 7, 3, 5
_GOES: tuple[ChangeKind, ...] = ("delete", "add")
# What is there only once it is added: until then it is to come.
RESERVED = (("users", 28), ("users", 29), ("queues", 8), ("teams", 1), ("skills", 3))
NEVER = datetime(2999, 1, 1, tzinfo=UTC)
# Whose changes show in a list beside its own.
_OTHERS = {"queue_members": ("queues", "users"), "grants": ("roles", "users")}
_KINDS: dict[str, tuple[ChangeKind, ...]] = {
    "users": ("rename", "rename", "delete", "add", "state", "move"),
    "queues": ("rename", "delete", "add", "move"),
}
_USUAL: tuple[ChangeKind, ...] = ("rename", "delete", "delete", "add")
# A division of another name, or none, is another right: of that, see ``weather.rights``.
_CHANGING = tuple(name for name in LISTS if name != "divisions")
_DIVISIONS = ("Home", "EMEA", "APAC")


def drawn(seed: int) -> Story:
    """The story of a seed."""
    draw = Random(f"direct {seed}")  # noqa: S311
    start = datetime(2025, 1, 20, tzinfo=UTC) + timedelta(seconds=draw.randrange(430 * 86_400))
    provider = _provider(draw, seed)
    actions: tuple[Action, ...] = (
        _first(draw, start, provider),
        *(_action(draw, start, provider) for _ in range(draw.randint(3, 6))),
    )
    if draw.random() < 0.8:
        actions = (featured(draw, provider, seed), *actions)
    return _with_more(Story(seed, start, provider, actions))


def _with_more(story: Story) -> Story:
    """What chance alone brings too seldom, at the end of the stories of some seeds."""
    draw = Random(f"direct more {story.seed}")  # noqa: S311
    more: tuple[Action, ...] = ()
    if story.seed % SELDOM == RETURNS:
        table = draw.choice(("queues", "wrapup_codes", "skills", "teams", "users", "flows"))
        gone, back = ((Moved((Move(table, 0, kind),)),) for kind in _GOES)
        read = (Whole(table, 0),)
        more = (*read, *gone, *read, *back, *read)
    elif story.seed % SELDOM == FULL:
        fates = (Fate(full_after=draw.randint(6, 40)) for _ in range(3))
        more = tuple(_sums(draw, story.start, story.provider, fate) for fate in fates)
    return replace(story, actions=(*story.actions, *more))


def _provider(draw: Random, seed: int) -> Settings:
    shape = Shape(
        seed=seed % 5 + 1,
        per_day=draw.choice((3, 4, 6)),
        hostile=draw.random() < 0.3,
        users=130 if draw.random() < 0.08 else 30,
        own_targets=draw.random() < 0.5,
        chats_wait=draw.random() < 0.5,
    )
    return Settings(
        shape=shape,
        salt=f"direct {seed}",
        corrected_share=draw.choice((0.0, 0.0, 0.4)),
        corrected_seconds=draw.choice((2 * 86_400, 4 * 86_400)),
        removed_share=draw.choice((0.0, 0.0, 0.3)),
        removed_seconds=draw.choice((43_200, 2 * 86_400)),
        list_rows=draw.choice((500, 500, 11, 5)),
        tells_time=True,
        changes=tuple(DirectoryChange(NEVER, table, place, "add") for table, place in RESERVED),
    )


def _first(draw: Random, start: datetime, provider: Settings) -> Action:
    drawn_by = draw.choice((_sums, _sums, _whole))
    return drawn_by(draw, start, provider, _fate(draw, 0.5))


def _action(draw: Random, start: datetime, provider: Settings) -> Action:
    weights = [weight for weight, _ in ACTIONS]
    (_, drawn_by), *_ = draw.choices(ACTIONS, weights)
    return drawn_by(draw, start, provider)


def _a_query(draw: Random, start: datetime, provider: Settings) -> Action:
    return _sums(draw, start, provider, _fate(draw, 0.4))


def _a_list(draw: Random, start: datetime, provider: Settings) -> Action:
    return _whole(draw, start, provider, _fate(draw, 0.3))


def _a_look(draw: Random, _: datetime, provider: Settings) -> Action:
    table = draw.choice(("queue_observations", "user_observations"))
    moves = _moves(draw, provider, "users") if table == "user_observations" else ()
    return Present(table, _fate(draw, 0.2), moves)


def _a_sync(draw: Random, start: datetime, provider: Settings) -> Action:
    fate = _fate(draw, 0.3)
    if draw.random() < 0.25:
        table = draw.choice(LISTS)
        return Anew((table,), fate=fate, moves=_moves(draw, provider, table))
    sums = _sums(draw, start, provider, fate)
    how: Literal["refresh", "recheck"] = draw.choice(("refresh", "recheck"))
    recheck = draw.choice((3_024_000, 6 * 86_400, 86_400))
    first, days = sums.first, min(sums.days, 3)
    return Anew((sums.table,), first, days, how, recheck, sums.minutes, fate=fate, moves=sums.moves)


def _a_weather(draw: Random, _: datetime, provider: Settings) -> Action:
    return weather(draw, provider)


def _a_resume(draw: Random, _: datetime, __: Settings) -> Action:
    return Resume(_fate(draw, 0.4))


def _a_change(draw: Random, _: datetime, provider: Settings) -> Action:
    return Moved(tuple(_move(draw, provider, draw.choice(_CHANGING)) for _ in range(3)))


def _two(draw: Random, start: datetime, provider: Settings) -> Action:
    makers = (_sums, _sums, _whole)
    one = draw.choice(makers)(draw, start, provider, _fate(draw, 0.4))
    other = draw.choice(makers)(draw, start, provider, Fate())
    return Both(one, other)


# What comes how often, of a hundred.
ACTIONS: tuple[tuple[int, Draw], ...] = (
    (26, _a_query),
    (22, _a_list),
    (5, _a_look),
    (10, _a_sync),
    (12, a_wait),
    (9, _a_weather),
    (5, _a_resume),
    (5, _a_change),
    (6, _two),
)


def _sums(draw: Random, start: datetime, provider: Settings, fate: Fate) -> Sums:
    table = draw.choice(SUMS)
    days = draw.choice((1, 1, 2, 3) if table == "user_aggregates" else (1, 2, 3, 5))
    moves = table == "user_aggregates" and draw.random() < 0.7
    return Sums(
        table,
        start.date() + draw.choice((-6, -4, -3, -2, -1, -1, 0, 1)) * DAY,
        days,
        minutes=draw.choice((60, 60, 60, 60, 60, 60, 30)),
        zone=draw.choice(ZONES),
        allow_partial=draw.random() < 0.2,
        fate=fate,
        moves=_moves(draw, provider, "users") if moves else (),
    )


def _whole(draw: Random, _: datetime, provider: Settings, fate: Fate) -> Whole:
    table = draw.choice(LISTS)
    return Whole(
        table,
        draw.choice((0, 0, 3_600, LIST_AGE, LIST_AGE)),
        allow_partial=draw.random() < 0.2,
        fate=fate,
        moves=_moves(draw, provider, table),
    )


def _moves(draw: Random, provider: Settings, table: str) -> tuple[Move, ...]:
    """What happens while a list is read: nothing, one thing, or several."""
    count = draw.choice((0, 0, 1, 2, 3)) if table in _CHANGING else 0
    found = []
    for _ in range(count):
        move = _move(draw, provider, table)
        during = "users" if table == "users" else table
        found.append(replace(move, during=during, nth=draw.randint(1, 6)))
    return tuple(found)


def _move(draw: Random, provider: Settings, table: str) -> Move:
    changed = draw.choice(_OTHERS.get(table, (table,)))
    kind = draw.choice(_KINDS.get(changed, _USUAL))
    places = [place for name, place in RESERVED if name == changed]
    if kind == "add" and places and draw.random() < 0.6:
        place = draw.choice(places)
    else:
        count = len(BUILDERS[changed](provider.shape))
        # Of those that go, some come back.
        place = draw.randrange(min(count, 2) if kind in ("add", "delete") else count)
    to = {
        "rename": f"{draw.choice('AZ')}{draw.choice('aAzZ')} {draw.randrange(1000)}",
        "state": draw.choice(("active", "inactive")),
        "move": draw.choice(_DIVISIONS),
    }.get(kind, "")
    return Move(changed, place, kind, to)


def _fate(draw: Random, deadly: float) -> Fate:
    chosen = draw.random()
    skew = draw.choice(SKEWS) if draw.random() < 0.1 else 0
    if chosen < deadly:
        point = draw.choice(KILLS)
        deepest = DEEPEST[point] if draw.random() < 0.5 else max(4, DEEPEST[point] // 4)
        return Fate(Kill(point, draw.randint(1, deepest)), skew=skew)
    if chosen < deadly + 0.08:
        return Fate(full_after=draw.randint(0, draw.choice((40, 200))), skew=skew)
    return Fate(skew=skew)


def singles(story: Story) -> tuple[Single, ...]:
    """Every process of it that asks."""
    found: list[Single] = []
    for action in story.actions:
        if isinstance(action, Both):
            found += [action.one, action.other]
        elif isinstance(action, Sums | Whole | Present | Anew):
            found.append(action)
    return tuple(found)
