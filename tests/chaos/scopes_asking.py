"""How a question is asked: the work of its process, alone or beside another's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import pyarrow as pa

from tests.chaos.questions import Question
from tests.chaos.world import Answered, Ended, Work, World, in_utc
from tests.fakes import run
from trunkline.catalog import Catalog
from trunkline.catalogs import Catalogs
from trunkline.engine import Engine, Options
from trunkline.engine.events import Observe


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant of the world at which nothing went on, and the newest snapshot then."""

    at: datetime
    snapshot: int


def asked_at_once(
    world: World, questions: Sequence[Question], moments: Sequence[Moment]
) -> list[tuple[Question, Ended]]:
    """One question, or several at once, each by a process of its own."""

    async def all_of_them() -> tuple[Ended, ...]:
        lives = (
            world.process(each.fate, asking(each, moments), lookback=each.lookback)
            for each in questions
        )
        return tuple(await asyncio.gather(*lives))

    return list(zip(questions, run(world.clock, all_of_them()), strict=True))


def expected_of(world: World, question: Question, moments: Sequence[Moment]) -> int | None:
    """The snapshot that has to answer, where an earlier one is meant."""
    is_skewed = any(ask.fate.skew for ask in world.story.asks)
    if question.held == "snapshot" or (question.held == "instant" and not is_skewed):
        return meant(question, moments).snapshot
    return None


def asking(question: Question, moments: Sequence[Moment]) -> Work:
    """The work of a question: fetch what is missing, read the rows."""

    async def work(engine: Engine, observe: Observe) -> Answered:
        engine.catalogs = Catalogs((_paged(engine.catalog, question.page),))
        options = options_of(question, moments)
        prepared = await engine.prepare(question.sql, options, observe)
        with engine.answer(prepared) as answer:
            rows = in_utc(pa.Table.from_batches(answer.batches, answer.schema)).to_pylist()
        return Answered(prepared, rows)

    return work


def meant(question: Question, moments: Sequence[Moment]) -> Moment:
    """The earlier snapshot, or moment, that a question is about."""
    return moments[-1 - question.back % len(moments)]


def options_of(question: Question, moments: Sequence[Moment]) -> Options:
    """What its caller chose."""
    chosen = Options(
        time_zone=question.zone,
        allow_partial=question.allow_partial,
        covered=question.held == "covered",
        tail=question.tail,
        pushdown=question.pushdown,
    )
    if question.held == "snapshot":
        return replace(chosen, as_of=meant(question, moments).snapshot)
    if question.held == "instant":
        return replace(chosen, as_of=meant(question, moments).at)
    return chosen


def _paged(catalog: Catalog, size: int) -> Catalog:
    """The same tables of a provider whose tail has pages of so many conversations."""
    dataset = catalog.tables[0].dataset
    if dataset.live is None or dataset.live.page_size == size:
        return catalog
    less = replace(dataset, live=replace(dataset.live, page_size=size))
    tables = (replace(t, dataset=less) if t.dataset == dataset else t for t in catalog.tables)
    return Catalog(catalog.schema, tuple(tables))
