"""The questions of a story, from a stream of draws of their own: what a seed had, it keeps."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tests.chaos.process import Kill
from tests.chaos.questions import Held, Meanwhile, Question
from tests.chaos.scopes_truth import Condition
from tests.chaos.story import DAY, Action, Fate, Story, Wait, Weather
from tests.chaos.weather import KINDS
from tests.gateway import TABLES
from trunkline_simulator.directory import directory
from trunkline_simulator.settings import Fault

ZONES = ("UTC", "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
WITHIN = (
    ("conversations", "conversation_end"),
    ("conversations", "conversation_end"),
    ("segments", "segment_start"),
    ("segments", "segment_end"),
    ("session_metrics", "emit_date"),
)
# How far into a process a kill at each point may be; fewer requests than those of whole days.
DEEPEST = {
    "request": 14,
    "answer": 14,
    "wait": 24,
    "work": 5,
    "statement": 120,
    "file": 30,
    "rename": 30,
    "delete": 24,
}


def woven(story: Story) -> Story:
    """The story with questions between what happens anyway."""
    draw = Random(f"scopes {story.seed}")  # noqa: S311
    if draw.random() < 0.4:
        return story
    actions = list(story.actions)
    for _ in range(draw.randint(1, 3)):
        at = draw.randint(0, len(actions))
        actions[at:at] = _questions(draw, story)
    return replace(story, actions=tuple(actions))


def _questions(draw: Random, story: Story) -> list[Action]:
    """A question; now and then two at once, or the same again after a while, held or not.

    Some of them find that what needs no job cannot be had.
    """
    if draw.random() < 0.25:
        bad = replace(story.provider, faults=(_without_jobs(draw),))
        return [Weather(bad), *_well(draw, story)]
    return _well(draw, story)


def _without_jobs(draw: Random) -> Fault:
    """Something that goes wrong with what is asked for without a job."""
    match = draw.choice(
        ("POST */details/query", "POST */details/query", "GET */conversations/details")
    )
    share = draw.choice((0.3, 0.6, 1.0))
    return Fault(match, draw.choice(KINDS), share=share, seconds=draw.choice((1, 5, 40)))


def _well(draw: Random, story: Story) -> list[Action]:
    first = _question(draw, story)
    if draw.random() < 0.12:
        other = _question(draw, story)
        return [Meanwhile(first, replace(other, fate=Fate(), lookback=first.lookback))]
    if draw.random() < 0.5:
        return [first]
    again = replace(_changed(draw, story, first), fate=_fate(draw, 0.2))
    pause = Wait(draw.choice((1, 400, 1_000, 30_000, 86_400)))
    return [first, pause, again] if draw.random() < 0.7 else [first, again]


def _narrower(draw: Random, story: Story, where: tuple[Condition, ...]) -> tuple[Condition, ...]:
    """What lets less through: one value of several, or another column besides."""
    first, *others = where
    if len(first.values) > 1 and draw.random() < 0.5:
        return (replace(first, values=first.values[:1]), *others)
    known = {one.column for one in where}
    return (*where, *(one for one in _where(draw, story) if one.column not in known))


def _changed(draw: Random, story: Story, first: Question) -> Question:
    """The same, asked again otherwise: through another filter, or of what is held."""
    chosen = draw.random()
    if chosen < 0.15 and first.where:
        how = draw.choice(("auto", "always", "never"))
        return replace(first, where=first.where[:-1], pushdown=how)
    if chosen < 0.6 and first.where:
        return replace(first, where=_narrower(draw, story, first.where))
    if chosen < 0.8:
        held: Held = draw.choice(("covered", "snapshot", "instant"))
        return replace(first, held=held, back=draw.randint(0, 3))
    return replace(first, tail=not first.tail)


def _question(draw: Random, story: Story) -> Question:
    made = _of_days(draw, story)
    chosen = draw.random()
    if chosen < 0.35:
        made = replace(made, where=_where(draw, story), pushdown=_pushdown(draw))
    elif chosen < 0.55:
        table, within = draw.choice(WITHIN)
        days = min(made.days, 3)
        made = replace(made, table=table, within=within, lookback=draw.randint(0, 2), days=days)
        if draw.random() < 0.25:
            made = replace(made, where=_where(draw, story), pushdown=_pushdown(draw))
    if draw.random() < 0.2 and not made.within:
        made = replace(made, counted=True)
    if draw.random() < 0.22:
        held: Held = draw.choice(("covered", "covered", "snapshot", "instant"))
        made = replace(made, held=held, back=draw.randint(0, 4))
        made = replace(made, bounded=bool(made.within) or draw.random() < 0.7)
    return made


def _of_days(draw: Random, story: Story) -> Question:
    days = draw.choice((1, 2, 3, 3, 5, 7))
    tail = draw.random() < 0.6
    # With the tail up to the present, or beyond it, as a rule.
    back = draw.choice((days - 1, days - 1, days, days + 2)) if tail else draw.randint(0, 6)
    behind = story.start.date() + draw.choice((0, 0, 0, 1, 3)) * DAY
    return Question(
        table=draw.choice(TABLES),
        first=behind - back * DAY,
        days=days + draw.choice((0, 0, 1)),
        zone=draw.choice(ZONES),
        tail=tail,
        allow_partial=draw.random() < 0.15,
        page=draw.choice((100, 3, 4)),
        fate=_fate(draw, 0.35),
    )


def _pushdown(draw: Random) -> str:
    return draw.choice(("always", "always", "always", "auto", "never"))


def _where(draw: Random, story: Story) -> tuple[Condition, ...]:
    """One filter; sometimes two."""
    known = directory(story.provider.shape.seed)
    queues = tuple(queue.id for queue in known.queues)
    users = tuple(user.id for user in known.users)
    columns = (
        ("segments", "queue_id", queues),
        ("segments", "queue_id", queues),
        ("segments", "segment_type", ("interact", "alert", "ivr", "hold", "dialing")),
        ("segments", "disconnect_type", ("client", "peer", "transfer", "endpoint")),
        ("sessions", "media_type", ("voice", "email", "message", "chat", "callback")),
        ("sessions", "direction", ("inbound", "outbound")),
        ("participants", "user_id", users),
        ("participants", "purpose", ("customer", "agent", "acd", "ivr")),
        ("conversations", "originating_direction", ("inbound", "outbound")),
    )
    chosen = draw.sample(columns, 2 if draw.random() < 0.25 else 1)
    return tuple(
        Condition(table, column, tuple(draw.sample(values, draw.randint(1, min(3, len(values))))))
        for table, column, values in chosen
    )


def _fate(draw: Random, deadly: float) -> Fate:
    chosen = draw.random()
    skew = draw.choice((-90, -30, 45, 200)) if draw.random() < 0.05 else 0
    if chosen < deadly:
        point = draw.choice(tuple(DEEPEST))
        deepest = DEEPEST[point] if draw.random() < 0.6 else max(4, DEEPEST[point] // 4)
        return Fate(Kill(point, draw.randint(1, deepest)), skew=skew)
    if chosen < deadly + 0.06:
        return Fate(full_after=draw.randint(0, 40), skew=skew)
    return Fate(skew=skew)
