"""session_flows: one row for each session that ran a flow (SDK 269 AnalyticsFlow)."""

from __future__ import annotations

from trunkline.catalog import Column, Pii, Pushdown, Table, Whose
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS
from trunkline.types import Type

TABLE = Table(
    name="session_flows",
    description="Architect flows that sessions ran: how each was entered and left.",
    dataset=CONVERSATION_DETAILS,
    level="flow",
    grain="the flow of a session",
    key="flow_key",
    natural_key=(
        "conversation_id",
        "participant_id",
        "session_id",
    ),
    columns=(
        Column(
            "flow_key",
            Type.TEXT,
            "flow.key",
            "Single-column key: that of the session, which has one flow at the most.",
        ),
        Column("session_key", Type.TEXT, "session.key", "Key of the session."),
        Column("conversation_id", Type.TEXT, "conversation.conversationId", "The conversation."),
        Column(
            "conversation_start",
            Type.TIMESTAMP,
            "conversation.conversationStart",
            "When the conversation started; decides the UTC day.",
        ),
        Column("participant_id", Type.TEXT, "participant.participantId", "The participant."),
        Column("session_id", Type.TEXT, "session.sessionId", "The session."),
        Column(
            "ending_language",
            Type.TEXT,
            "flow.endingLanguage",
            "Language it ended in, such as en-us.",
        ),
        Column(
            "entry_reason",
            Type.TEXT,
            "flow.entryReason",
            "What led into it: an address, a user, a flow; masked.",
            pii=Pii.CONTACT,
            whose=Whose.CUSTOMER,
        ),
        Column(
            "entry_type",
            Type.TEXT,
            "flow.entryType",
            "Kind of entry: dnis, direct, flow, agent, outbound.",
        ),
        Column(
            "exit_reason", Type.TEXT, "flow.exitReason", "Why it ended: DISCONNECT, TRANSFER, ..."
        ),
        Column("flow_id", Type.TEXT, "flow.flowId", "The flow.", whose=Whose.CONFIGURATION),
        Column(
            "flow_name",
            Type.TEXT,
            "flow.flowName",
            "Name of the flow at the time.",
            pii=Pii.NAME,
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "flow_type",
            Type.TEXT,
            "flow.flowType",
            "Kind of flow: INBOUNDCALL, INQUEUECALL, BOT, WORKFLOW, ...",
        ),
        Column(
            "flow_version",
            Type.TEXT,
            "flow.flowVersion",
            "Version of the flow.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "issued_callback", Type.BOOLEAN, "flow.issuedCallback", "Whether it issued a callback."
        ),
        Column(
            "recognition_failure_reason",
            Type.TEXT,
            "flow.recognitionFailureReason",
            "Failed recognition that made it end.",
        ),
        Column(
            "starting_language",
            Type.TEXT,
            "flow.startingLanguage",
            "Language it started in, such as en-us.",
        ),
        Column(
            "transfer_target_address",
            Type.TEXT,
            "flow.transferTargetAddress",
            "Number, mail address or queue it transferred to; masked.",
            pii=Pii.CONTACT,
            whose=Whose.CUSTOMER,
        ),
        Column(
            "transfer_target_address_token",
            Type.TEXT,
            "flow.transferTargetAddress",
            "Token of transfer_target_address; NULL without a key, or where it is no number.",
            pii=Pii.TOKEN,
            whose=Whose.CUSTOMER,
        ),
        Column(
            "transfer_target_name",
            Type.TEXT,
            "flow.transferTargetName",
            "Name of that target; masked, as it may be a person's.",
            pii=Pii.NAME,
            whose=Whose.CUSTOMER,
        ),
        Column(
            "transfer_type",
            Type.TEXT,
            "flow.transferType",
            "Kind of transfer it ended with, such as ACD.",
        ),
    ),
    pushdowns=(
        Pushdown("conversation_start", (">=", "<"), required=True),
        Pushdown("conversation_id", ("=", "IN")),
        Pushdown("flow_id", ("=", "IN")),
    ),
)
