"""conversation_surveys: one row for each survey (SDK 269 AnalyticsSurvey)."""

from __future__ import annotations

from trunkline.catalog import Column, Pii, Pushdown, Table, Whose
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS
from trunkline.types import Type

TABLE = Table(
    name="conversation_surveys",
    description="Surveys of customers about a conversation.",
    dataset=CONVERSATION_DETAILS,
    level="survey",
    grain="one survey of a conversation",
    key="survey_key",
    natural_key=(
        "conversation_id",
        "survey_id",
    ),
    columns=(
        Column(
            "survey_key",
            Type.TEXT,
            "survey.key",
            "Single-column key: the identifiers from the conversation down, joined by colons.",
        ),
        Column("conversation_id", Type.TEXT, "conversation.conversationId", "The conversation."),
        Column(
            "conversation_start",
            Type.TIMESTAMP,
            "conversation.conversationStart",
            "When the conversation started; decides the UTC day.",
        ),
        Column("survey_id", Type.TEXT, "survey.surveyId", "Unique identifier of the survey."),
        Column("event_time", Type.TIMESTAMP, "survey.eventTime", "When it took place."),
        Column(
            "o_survey_total_score",
            Type.SCORE,
            "survey.oSurveyTotalScore",
            "Score of all questions.",
        ),
        Column("queue_id", Type.TEXT, "survey.queueId", "Queue.", whose=Whose.CONFIGURATION),
        Column(
            "survey_completed_date",
            Type.TIMESTAMP,
            "survey.surveyCompletedDate",
            "When the customer completed it.",
        ),
        Column(
            "survey_form_context_id",
            Type.TEXT,
            "survey.surveyFormContextId",
            "The form, whatever its version.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "survey_form_id",
            Type.TEXT,
            "survey.surveyFormId",
            "Version of the form that was used.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "survey_form_name",
            Type.TEXT,
            "survey.surveyFormName",
            "Name of the form.",
            pii=Pii.NAME,
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "survey_partial_response",
            Type.BOOLEAN,
            "survey.surveyPartialResponse",
            "Whether required questions were left unanswered.",
        ),
        Column(
            "survey_promoter_score",
            Type.BIGINT,
            "survey.surveyPromoterScore",
            "Answer to the question of the net promoter score (NPS).",
        ),
        Column("survey_status", Type.TEXT, "survey.surveyStatus", "Status of the survey."),
        Column("survey_type", Type.TEXT, "survey.surveyType", "Web or Voice."),
        Column(
            "user_id",
            Type.TEXT,
            "survey.userId",
            "The agent the survey is about.",
            whose=Whose.EMPLOYEE,
        ),
    ),
    pushdowns=(
        Pushdown("conversation_start", (">=", "<"), required=True),
        Pushdown("conversation_id", ("=", "IN")),
    ),
)
