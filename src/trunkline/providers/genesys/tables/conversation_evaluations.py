"""conversation_evaluations: one row for each evaluation (SDK 269 AnalyticsEvaluation)."""

from __future__ import annotations

from trunkline.catalog import Column, Pii, Pushdown, Table, Whose
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS
from trunkline.types import Type

TABLE = Table(
    name="conversation_evaluations",
    description="Evaluations of agents in a conversation, days or weeks after it.",
    dataset=CONVERSATION_DETAILS,
    level="evaluation",
    grain="one evaluation of a conversation",
    key="evaluation_key",
    natural_key=(
        "conversation_id",
        "evaluation_id",
    ),
    columns=(
        Column(
            "evaluation_key",
            Type.TEXT,
            "evaluation.key",
            "Single-column key: the identifiers from the conversation down, joined by colons.",
        ),
        Column("conversation_id", Type.TEXT, "conversation.conversationId", "The conversation."),
        Column(
            "conversation_start",
            Type.TIMESTAMP,
            "conversation.conversationStart",
            "When the conversation started; decides the UTC day.",
        ),
        Column(
            "evaluation_id",
            Type.TEXT,
            "evaluation.evaluationId",
            "Unique identifier of the evaluation.",
        ),
        Column(
            "assignee_applicable",
            Type.BOOLEAN,
            "evaluation.assigneeApplicable",
            "Whether it can have an assignee.",
        ),
        Column(
            "assignee_id",
            Type.TEXT,
            "evaluation.assigneeId",
            "User it is assigned to.",
            whose=Whose.EMPLOYEE,
        ),
        Column(
            "calibration_id",
            Type.TEXT,
            "evaluation.calibrationId",
            "Calibration it was part of, to train evaluators.",
        ),
        Column(
            "context_id",
            Type.TEXT,
            "evaluation.contextId",
            "The form, whatever its version.",
            whose=Whose.CONFIGURATION,
        ),
        Column("deleted", Type.BOOLEAN, "evaluation.deleted", "Whether it has been deleted."),
        Column(
            "evaluation_status",
            Type.TEXT,
            "evaluation.evaluationStatus",
            "Pending, InProgress, InReview, Finished or Retracted.",
        ),
        Column(
            "evaluator_id",
            Type.TEXT,
            "evaluation.evaluatorId",
            "User who evaluated.",
            whose=Whose.EMPLOYEE,
        ),
        Column(
            "event_time", Type.TIMESTAMP, "evaluation.eventTime", "When the evaluation took place."
        ),
        Column(
            "form_id",
            Type.TEXT,
            "evaluation.formId",
            "Version of the form that was used.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "form_name",
            Type.TEXT,
            "evaluation.formName",
            "Name of the form.",
            pii=Pii.NAME,
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "o_total_critical_score",
            Type.SCORE,
            "evaluation.oTotalCriticalScore",
            "Score of the critical questions.",
        ),
        Column("o_total_score", Type.SCORE, "evaluation.oTotalScore", "Score of all questions."),
        Column("queue_id", Type.TEXT, "evaluation.queueId", "Queue.", whose=Whose.CONFIGURATION),
        Column("released", Type.BOOLEAN, "evaluation.released", "Whether the agent may see it."),
        Column(
            "rescored",
            Type.BOOLEAN,
            "evaluation.rescored",
            "Whether it has been scored again at least once.",
        ),
        Column(
            "system_submitted",
            Type.BOOLEAN,
            "evaluation.systemSubmitted",
            "Whether the system submitted it.",
        ),
        Column(
            "user_id",
            Type.TEXT,
            "evaluation.userId",
            "The agent who was evaluated.",
            whose=Whose.EMPLOYEE,
        ),
    ),
    pushdowns=(
        Pushdown("conversation_start", (">=", "<"), required=True),
        Pushdown("conversation_id", ("=", "IN")),
    ),
)
