"""evaluation_aggregates: a row an interval and group (SDK 269 EvaluationAggregateDataContainer).

An evaluation counts when the vendor says that it happened, which is days or weeks after its
conversation. One that is deleted counts as such, and is among the evaluations all the same.
"""

from __future__ import annotations

from trunkline.catalog import Column, Table, Whose
from trunkline.providers.genesys.aggregate_datasets import EVALUATION_AGGREGATES
from trunkline.providers.genesys.aggregate_metrics import EVALUATION_METRICS
from trunkline.providers.genesys.tables._aggregates import (
    PUSHDOWNS,
    key_column,
    metric_columns,
    time_columns,
)
from trunkline.types import Type

_LEVEL = "evaluation_aggregate"


def _score_count(metric: str, column: str) -> Column:
    said = f"How many scores {column} adds up: its mean is the one over the other."
    source = f"{_LEVEL}.{metric}_count"
    return Column(f"{column}_count", Type.BIGINT, source, said, unit="count")


TABLE = Table(
    name="evaluation_aggregates",
    description="How many evaluations there were and what they came to, by the vendor's count.",
    dataset=EVALUATION_AGGREGATES,
    level=_LEVEL,
    grain="one evaluator, user, queue and form in one interval; none where nothing was judged",
    key="evaluation_aggregate_key",
    natural_key=("evaluator_id", "user_id", "queue_id", "form_id", "interval_start"),
    columns=(
        key_column("evaluation_aggregate_key", _LEVEL, "evaluator, user, queue, form and start"),
        Column(
            "evaluator_id",
            Type.TEXT,
            f"{_LEVEL}.evaluatorId",
            "User who judged; NULL where nobody did.",
            whose=Whose.EMPLOYEE,
        ),
        Column(
            "user_id", Type.TEXT, f"{_LEVEL}.userId", "User who was judged.", whose=Whose.EMPLOYEE
        ),
        Column(
            "queue_id",
            Type.TEXT,
            f"{_LEVEL}.queueId",
            "Queue of the conversation; NULL of one that was in none.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "form_id",
            Type.TEXT,
            f"{_LEVEL}.formId",
            "Form by which it was judged.",
            whose=Whose.CONFIGURATION,
        ),
        *time_columns(_LEVEL),
        *metric_columns(_LEVEL, EVALUATION_METRICS),
        _score_count("oTotalScore", "o_total_score"),
        _score_count("oTotalCriticalScore", "o_total_critical_score"),
    ),
    pushdowns=PUSHDOWNS,
)
