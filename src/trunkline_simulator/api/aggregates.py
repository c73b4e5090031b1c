"""Aggregates of conversations: what is known now, by each metric's own emit time, whole or not.

They read ahead of the data lake, up to the clock. The synchronous query has no pages: an answer
that is too large is refused.
"""

from __future__ import annotations

from functools import lru_cache, partial
from itertools import product

from trunkline_simulator.aggregation import Cells, Question, collect, shown
from trunkline_simulator.api.aggregate_query import Family, question_of
from trunkline_simulator.api.aggregate_words import DIMENSIONS, METRICS
from trunkline_simulator.api.context import Answer, Context
from trunkline_simulator.api.errors import bad_request
from trunkline_simulator.directory import Queue, organisation_of
from trunkline_simulator.events import Facts
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.selection import Lake, emitted, live
from trunkline_simulator.settings import Shape

CONVERSATIONS = Family(METRICS, DIMENSIONS, ranked=True)


def conversations(context: Context) -> Answer:
    """POST /api/v2/analytics/conversations/aggregates/query."""
    settings = context.settings
    question = question_of(context.json(), CONVERSATIONS, settings.aggregate_buckets)
    cells = _cells(question, live(settings, context.now, context.divisions))
    _check_size(cells, settings.aggregate_cells)
    return Answer(200, {"results": shown(question, cells, settings.service_level)})


def _cells(question: Question, lake: Lake) -> Cells:
    events = emitted(lake, question.buckets.start, question.buckets.end)
    return collect(question, events, partial(_target, lake.shape))


def _check_size(cells: Cells, most: int) -> None:
    found = sum(map(len, cells.values()))
    if found > most:
        raise bad_request(
            f"The result is too large: it has {found} intervals over all groups, at most {most} "
            "are answered. Ask for a shorter interval, a coarser granularity or fewer groups",
            "interval",
        )


def _target(shape: Shape, facts: Facts) -> float | None:
    """The share of a queue's medium that is to be answered in time; None where there is none."""
    for queue, media in product(facts.values("queueId"), facts.values("mediaType")):
        found = _queues(shape)[queue].target(media)
        return found.percentage if found else None
    return None


@lru_cache(maxsize=16)
def _queues(shape: Shape) -> dict[str, Queue]:
    return {queue.id: queue for queue in organisation_of(shape).queues}


def answer(question: Question, lake: Lake) -> list[Json]:
    """The whole answer to a question."""
    return shown(question, _cells(question, lake), lake.settings.service_level)
