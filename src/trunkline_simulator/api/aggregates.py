"""Aggregates of any family: the synchronous query, and what their jobs answer.

They tell what is known now, ahead of the data lake, by each metric's own emit time. The synchronous
query has no pages: an answer that is too large is refused whole. A job answers the same, as of when
it was submitted, in pages of as many groups as its body says, and however much it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import product
from typing import Any

from trunkline_simulator.aggregation import Question, collect, shown
from trunkline_simulator.api import user_aggregates
from trunkline_simulator.api.aggregate_query import Family, question_of
from trunkline_simulator.api.aggregate_words import (
    DIMENSIONS,
    EVALUATION_DIMENSIONS,
    EVALUATION_METRICS,
    METRICS,
)
from trunkline_simulator.api.context import Answer, Context
from trunkline_simulator.api.errors import bad_request
from trunkline_simulator.api.jobs import Payload
from trunkline_simulator.directory import Queue, organisation_of
from trunkline_simulator.events import Dimensions
from trunkline_simulator.judged import evaluated
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.selection import Lake, emitted, live
from trunkline_simulator.settings import JobPayload, Shape
from trunkline_simulator.statuses.present import mappings

# Intervals that a job may have: a minute each for two years.
_MOST = 1_100_000


@dataclass(frozen=True, slots=True)
class Aggregates:
    """One family: its words, its answers, and what stands beside them."""

    name: JobPayload
    family: Family
    answer: Callable[[Question, Lake], list[Json]]
    beside: Callable[[Shape], Json] = lambda _: {}

    @property
    def jobs(self) -> Payload:
        """Its jobs."""
        return Payload(
            self.name,
            self._check,
            self._select,
            _as_they_are,
            attribute="results",
            live=True,
        )

    def _check(self, body: Json) -> None:
        question_of(body, self.family, _MOST, job=True)

    def _select(self, lake: Lake, body: Json) -> tuple[Any, ...]:
        return tuple(self.answer(question_of(body, self.family, _MOST, job=True), lake))


def _as_they_are(_: Lake, __: Json, found: Sequence[Any]) -> list[Json]:
    return list(found)


def query(aggregates: Aggregates, context: Context) -> Answer:
    """POST /api/v2/analytics/.../aggregates/query."""
    settings = context.settings
    question = question_of(
        context.json(),
        aggregates.family,
        settings.aggregate_buckets,
        settings.user_granularity_seconds if aggregates is USERS else 0,
    )
    found = aggregates.answer(question, live(settings, context.now, context.divisions))
    _check_size(found, settings.aggregate_cells)
    return Answer(200, {**aggregates.beside(settings.shape), "results": found})


def _check_size(found: list[Json], most: int) -> None:
    size = sum(len(one["data"]) for one in found)
    if size > most:
        raise bad_request(
            f"The result is too large: it has {size} intervals over all groups, at most {most} "
            "are answered. Ask for a shorter interval, a coarser granularity or fewer groups",
            "interval",
        )


def _conversations(question: Question, lake: Lake) -> list[Json]:
    events = emitted(lake, question.buckets.start, question.buckets.end)
    cells = collect(question, events, partial(_target, lake.shape))
    return shown(question, cells, lake.settings.service_level)


def _target(shape: Shape, facts: Dimensions) -> float | None:
    """The share of a queue's medium that is to be answered in time; None where there is none."""
    for queue, media in product(facts.values("queueId"), facts.values("mediaType")):
        found = _queues(shape)[queue].target(media)
        return found.percentage if found else None
    return None


@lru_cache(maxsize=16)
def _queues(shape: Shape) -> dict[str, Queue]:
    return {queue.id: queue for queue in organisation_of(shape).queues}


def _evaluations(question: Question, lake: Lake) -> list[Json]:
    events = evaluated(lake, question.buckets.start, question.buckets.end)
    cells = collect(question, events, lambda _: None)
    return shown(question, cells, lake.settings.service_level)


CONVERSATIONS = Aggregates(
    "conversationAggregates", Family(METRICS, DIMENSIONS, ranked=True), _conversations
)
EVALUATIONS = Aggregates(
    "evaluationAggregates", Family(EVALUATION_METRICS, EVALUATION_DIMENSIONS), _evaluations
)
USERS = Aggregates(
    "userAggregates",
    user_aggregates.FAMILY,
    user_aggregates.answer,
    lambda shape: {"systemToOrganizationMappings": mappings(shape)},
)
