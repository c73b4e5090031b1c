"""Chores from a seed, among what else happens in its story, or a month of their own.

They have a stream of their own: a story without them is what it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from random import Random

from tests.chaos.chores import (
    RECHECK,
    REFRESH,
    Beside,
    Chore,
    Follow,
    Look,
    Pin,
    Prune,
    Single,
    Sync,
    Verify,
    at,
    month_of,
)
from tests.chaos.process import Kill
from tests.chaos.story import DAY, Action, Ask, Fate, Story, Wait, Weather
from tests.gateway import TABLES
from trunkline_simulator.settings import Settings

Drawn = Callable[[Random, Settings], Weather]

MONTHS, AMONG = 0.2, 0.3  # of all stories: a month of chores; some chores among the rest
DAY_SECONDS = 86_400
CHANGE = 9  # days after a conversation that the vendor changes it
FOUND = tuple(product(("late", "corrected", "removed"), ("refresh", "recheck", "verify")))

# How far into a process a kill may be: a month has more of everything than a few days.
DEEP = {
    "request": 20,
    "answer": 20,
    "wait": 30,
    "work": 8,
    "statement": 400,
    "file": 90,
    "rename": 90,
    "delete": 60,
}
# What prunes does little else: it dies between a few statements, or while a month is merged.
SHALLOW = {"statement": 40, "file": 16, "rename": 14, "delete": 90}


def with_chores(story: Story, weather: Drawn) -> Story:
    """The story with chores, or another one, or as it is."""
    draw = Random(f"chores {story.seed}")  # noqa: S311
    chosen = draw.random()
    if chosen < MONTHS:
        return _month(draw, story, weather)
    return _among(draw, story) if chosen < MONTHS + AMONG else story


def _among(draw: Random, story: Story) -> Story:
    """Two to four chores, at any place; days go by where they need it.

    Each such story is about one change of days that are final, and about who finds it.
    """
    change, how = FOUND[draw.randrange(len(FOUND))]
    provider = replace(
        _later(draw, story.provider),
        **{f"{change}_share": 0.3, f"{change}_seconds": CHANGE * DAY_SECONDS},  # type: ignore[arg-type]
    )
    weathers = tuple(
        Weather(_later_as(provider, one.provider)) if isinstance(one, Weather) else one
        for one in story.actions
    )
    actions = list[Action](weathers)
    days = _days(story)
    for _ in range(draw.randint(2, 4)):
        chores = _chores(draw, days)
        place = draw.randint((len(actions) + 1) // 2, len(actions))
        before = [Wait(draw.choice((2, 4, 8, 12)) * DAY_SECONDS)] if draw.random() < 0.5 else []
        actions[place:place] = [*before, *chores]
    place = draw.randint(0, len(actions))
    past = sum(one.seconds for one in actions[:place] if isinstance(one, Wait))
    today = (story.start + timedelta(seconds=past)).date()
    actions[place:place] = _changed(draw, today - (CHANGE - 1) * DAY, how)
    return replace(story, provider=provider, actions=tuple(actions))


def _changed(draw: Random, first: date, how: str) -> list[Action]:
    """Days that are final, but not yet what they will be; and whoever looks at them when they are.

    Days go by until then: of the change, of a lake that lags, and of an hour that is the worst.
    """
    fetch = _fetch(draw, first, 2, Fate())
    pause = Wait(draw.choice((6, 7, 9)) * DAY_SECONDS)
    match how:
        case "refresh":
            return [fetch, pause, Sync(first, 2, "refresh", fate=_fate(draw, 0.15))]
        case "recheck":
            age = (CHANGE + 1) * DAY_SECONDS
            return [fetch, pause, Sync(None, how="recheck", recheck=age, fate=_fate(draw, 0.15))]
        case _:
            return [fetch, pause, Verify(fate=_fate(draw, 0.15))]


def _month(draw: Random, story: Story, weather: Drawn) -> Story:
    """A month in pieces, the last of which completes it; then chores, and days that go by."""
    middle = story.start.date().replace(day=15)
    whole = month_of(middle)
    provider = _later(
        draw,
        replace(
            story.provider,
            shape=replace(story.provider.shape, per_day=draw.choice((1, 1, 2))),
            lag_seconds=draw.choice((0, 3_600, 6 * 3_600)),
            page_rows=draw.choice((9, 25, 1000)),
            pending_seconds=6.0,
        ),
    )
    start = at(whole[-1], 0) + timedelta(
        days=draw.choice((2, 5, 6, 9)), seconds=draw.randrange(DAY_SECONDS)
    )
    cut = draw.choice((len(whole), 10, 20, 27))
    pieces = [(0, cut), *([(cut, len(whole))] if cut < len(whole) else [])]
    actions: list[Action] = []
    for first, last in pieces:
        completes = last == len(whole)
        fate = _fate(draw, 0.4 if completes else 0.2)
        if completes and draw.random() < 0.35:
            fate = _merging(draw)
        actions.append(_fetch(draw, whole[first], last - first, fate))
    # The proof asks for all of it in the end: by the days of the queries that a story has.
    actions.append(Ask(draw.choice(TABLES), whole[0], len(whole), fate=_fate(draw, 0.3)))
    days = (whole[0], len(whole))
    for _ in range(draw.randint(4, 6)):
        chosen = draw.random()
        if chosen < 0.2:
            actions.append(Wait(draw.choice((900, 7_200, DAY_SECONDS, 4 * DAY_SECONDS))))
        elif chosen < 0.28:
            actions.append(weather(draw, provider))
        elif chosen < 0.34:
            actions += _worn(draw, whole)
        else:
            actions += _chores(draw, days)
    return replace(story, start=start, provider=provider, actions=tuple(actions))


def _fetch(draw: Random, first: date, days: int, fate: Fate) -> Action:
    if draw.random() < 0.5:
        return Sync(first, days, fate=fate)
    return Ask(draw.choice(TABLES), first, days, fate=fate)


def _worn(draw: Random, whole: tuple[date, ...]) -> list[Action]:
    """So many days of a month fetched again, one by one, that it is worth merging again."""
    picked = draw.sample(whole, 9)
    return [Sync(day, 1, "refresh", fate=_fate(draw, 0.1)) for day in picked]


def _later(draw: Random, provider: Settings) -> Settings:
    """What the vendor does to days that are final already."""
    return replace(
        provider,
        corrected_share=draw.choice((0.0, 0.4)),
        corrected_seconds=draw.choice((2, 5, 9)) * DAY_SECONDS,
        removed_share=draw.choice((0.0, 0.3)),
        removed_seconds=draw.choice((4, 6, 11)) * DAY_SECONDS,
        late_share=draw.choice((0.0, 0.0, 0.3)),
        late_seconds=draw.choice((40_000, 5 * DAY_SECONDS, 9 * DAY_SECONDS)),
    )


def _later_as(one: Settings, other: Settings) -> Settings:
    return replace(
        other,
        corrected_share=one.corrected_share,
        corrected_seconds=one.corrected_seconds,
        removed_share=one.removed_share,
        removed_seconds=one.removed_seconds,
        late_share=one.late_share,
        late_seconds=one.late_seconds,
    )


def _days(story: Story) -> tuple[date, int]:
    days = sorted(day for ask in story.asks for day in ask.utc_days)
    return days[0], (days[-1] - days[0]).days + 1


def _chores(draw: Random, days: tuple[date, int]) -> list[Chore]:
    """A chore; after pruning, now and then a look at what may be gone."""
    chore = _chore(draw, days)
    if isinstance(chore, Prune) and not chore.dry_run and draw.random() < 0.4:
        return [chore, Look(_ask(draw, days, Fate()), draw.choice((1, 2, 4)))]
    return [chore]


def _chore(draw: Random, days: tuple[date, int]) -> Chore:
    if draw.random() < 0.2:
        parts = [_single(draw, days) for _ in range(2)]
        asked = [_ask(draw, days, _fate(draw, 0.2))] if draw.random() < 0.6 else []
        return Beside((*parts, *asked)[-draw.choice((2, 2, 3)) :], draw.choice((0, 0, 1, 7, 40)))
    return _single(draw, days)


def _single(draw: Random, days: tuple[date, int]) -> Single:
    chosen = draw.random()
    fate = _fate(draw, 0.25)
    if chosen < 0.35:
        return _sync(draw, days, fate)
    if chosen < 0.43:
        refresh = draw.choice((REFRESH, 6 * 3_600, DAY_SECONDS))
        recheck = draw.choice((None, None, DAY_SECONDS, 4 * DAY_SECONDS))
        return Follow(draw.randint(2, 4), refresh, recheck, fate)
    if chosen < 0.58:
        return Verify(draw.choice((None, None, days[0] + DAY)), fate)
    if chosen < 0.82:
        return _prune(draw)
    if chosen < 0.88:
        return Pin(days[0], lets_go=draw.random() < 0.3, fate=_fate(draw, 0.2, SHALLOW))
    back = draw.choice((None, 0, 1, 2, 3, 6))
    return Look(_ask(draw, days, Fate()), back, draw.choice((60, 7_200, 3 * DAY_SECONDS)))


def _prune(draw: Random) -> Prune:
    keep, seconds = draw.choice(
        (
            (1, None),
            (1, None),
            (2, None),
            (4, None),
            (None, None),
            (None, 3_600),
            (1, 3 * DAY_SECONDS),
        )
    )
    return Prune(keep, seconds, dry_run=draw.random() < 0.15, fate=_fate(draw, 0.4, SHALLOW))


def _sync(draw: Random, days: tuple[date, int], fate: Fate) -> Sync:
    first, count = days
    chosen = draw.random()
    if chosen < 0.35:
        ages = (RECHECK, 3 * DAY_SECONDS, 5 * DAY_SECONDS, 10 * DAY_SECONDS)
        return Sync(None, how="recheck", recheck=draw.choice(ages), fate=fate)
    skipped = draw.randrange(count)
    wanted = draw.randint(1, count - skipped)
    if chosen < 0.75:
        return Sync(first + skipped * DAY, wanted, "refresh", fate=fate)
    return Sync(first + skipped * DAY, draw.choice((0, wanted)), fate=fate)


def _ask(draw: Random, days: tuple[date, int], fate: Fate) -> Ask:
    first, count = days
    skipped = draw.randrange(count)
    wanted = min(count - skipped, draw.choice((1, 3, 31)))
    return Ask(draw.choice(TABLES), first + skipped * DAY, wanted, fate=fate)


def _merging(draw: Random) -> Fate:
    """Killed while a month is merged, or its disk is full for that."""
    if draw.random() < 0.5:
        return Fate(Kill("merge", draw.randint(1, 16)))
    return Fate(full_after=draw.randint(0, 10), merging=True)


def _fate(draw: Random, deadly: float, points: dict[str, int] = DEEP) -> Fate:
    chosen = draw.random()
    if chosen < deadly:
        point = draw.choice(tuple(points))
        deepest = points[point] if draw.random() < 0.6 else max(4, points[point] // 5)
        return Fate(Kill(point, draw.randint(1, deepest)))
    if chosen < deadly + 0.1:
        return Fate(full_after=draw.randint(0, 120 if points is DEEP else 25))
    return Fate()
