"""The rows of evaluation_aggregates that a correct reader must end up with.

Counted in the evaluations of the conversations themselves, apart from the code that answers the
aggregate queries.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from trunkline_simulator.cells import Row, time_of
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.payloads.plan import LONGEST_DAYS
from trunkline_simulator.settings import Settings
from trunkline_simulator.truth import conversations

# An evaluation comes within days of the end of its conversation.
_LATER = timedelta(days=LONGEST_DAYS + 12)
_GROUP = ("evaluatorId", "userId", "queueId", "formId")
_COUNTS = {"n_evaluations_deleted": "deleted", "n_evaluations_rescored": "rescored"}
_SCORES = {"o_total_score": "oTotalScore", "o_total_critical_score": "oTotalCriticalScore"}
_MICRO = Decimal("0.000001")


def expected_evaluations(
    settings: Settings,
    first_day: date,
    last_day: date,
    now: datetime,
    minutes: int = 15,
    divisions: frozenset[str] | None = None,
) -> list[Row]:
    """The rows of the UTC days first to last, included, as they stand at ``now``.

    A metric without an event is None; a row is there where there was any evaluation.
    """
    found: dict[tuple[Any, ...], list[Json]] = defaultdict(list)
    prompt = replace(settings, late_share=0.0)
    for made in conversations(prompt, first_day - _LATER, last_day, now, divisions):
        for one in made.get("evaluations") or ():
            at = time_of(one["eventTime"])
            if at is not None and first_day <= at.astimezone(UTC).date() <= last_day and at <= now:
                found[(*map(one.get, _GROUP), _floor(at, minutes))].append(one)
    return [_row(place, judged, minutes) for place, judged in found.items()]


def _floor(at: datetime, minutes: int) -> datetime:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    step = timedelta(minutes=minutes)
    return midnight + (at - midnight) // step * step


def _row(place: tuple[Any, ...], judged: list[Json], minutes: int) -> Row:
    evaluator, user, queue, form, start = place
    row: Row = {
        "evaluator_id": evaluator,
        "user_id": user,
        "queue_id": queue,
        "form_id": form,
        "interval_start": start,
        "interval_end": start + timedelta(minutes=minutes),
        "n_evaluations": len(judged),
    }
    for column, attribute in _COUNTS.items():
        row[column] = sum(bool(one[attribute]) for one in judged) or None
    for column, attribute in _SCORES.items():
        scores = [Decimal(str(one[attribute])) for one in judged if attribute in one]
        row[column] = sum(scores, Decimal(0)).quantize(_MICRO) if scores else None
        row[f"{column}_count"] = len(scores) or None
    return row
