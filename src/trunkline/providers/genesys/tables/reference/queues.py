"""queues: where interactions wait (SDK 269 Queue); of the divisions that the client may see."""

from __future__ import annotations

from trunkline.catalog import Column, Dataset, Level, Pii, Table, Whose
from trunkline.listing import Listing, Paging
from trunkline.providers.genesys.tables.reference._columns import TIME, division, told
from trunkline.types import Type

# How routing works within, prompts, scripts and outbound addresses.
_NOT_LANDED = frozenset({
    "acwSettings", "agentOwnedRouting", "bullseye", "callingPartyName", "callingPartyNumber",
    "cannedResponseLibraries", "conditionalGroupActivation", "conditionalGroupRouting",
    "defaultScripts", "directRouting", "division", "emailInQueueFlow", "lastAgentRoutingMode",
    "memberGroups", "messageInQueueFlow", "onHoldPrompt", "outboundEmailAddress",
    "outboundMessagingAddresses", "queueFlow", "routingRules", "selfUri", "whisperPrompt",
})  # fmt: skip
_NOT_LANDED_OF_MEDIA = frozenset({
    "allOutboundEmailAddresses", "answeringMachineFlow", "answeringMachineReactionType",
    "autoAnswerAlertToneSeconds", "autoDialDelaySeconds", "autoEndDelaySeconds", "edgeGroup",
    "enableAutoDialAndEnd", "enableInactivityTimeout", "inactivityTimeoutSettings",
    "liveVoiceFlow", "liveVoiceReactionType", "manualAnswerAlertToneSeconds", "maxRetryCount",
    "mode", "pacingModifier", "retryDelaySeconds", "serviceLevel", "site", "subTypeSettings",
})  # fmt: skip

QUEUES = Dataset(
    name="queues",
    provider="genesys",
    description="Queues and the settings of their media.",
    levels=(
        Level("queue", None, "entities", id="id", known=_NOT_LANDED),
        Level("media", "queue", "mediaSettings", id="mediaType", known=_NOT_LANDED_OF_MEDIA),
    ),
    key="queue_id",
    time_column=TIME,
    cursor="cursor",
    watermark="watermark",
    permissions=("routing:queue:view",),
    listing=Listing(
        path="/api/v2/routing/queues",
        paging=Paging.NUMBERED,
        page_size=100,
        # Settings by media type: call, callback, chat, email, message.
        objects=(("mediaSettings", "mediaType"),),
    ),
)


def _text(name: str, attribute: str, description: str) -> Column:
    return Column(name, Type.TEXT, f"queue.{attribute}", description, whose=Whose.CONFIGURATION)


TABLE = Table(
    name="queues",
    description="Where interactions wait for an agent.",
    dataset=QUEUES,
    level="queue",
    grain="one queue",
    key="queue_id",
    natural_key=("queue_id",),
    columns=(
        _text("queue_id", "id", "The queue."),
        Column("name", Type.TEXT, "queue.name", "Name.", pii=Pii.NAME, whose=Whose.CONFIGURATION),
        division("queue"),
        _text("description", "description", "Description."),
        Column("date_created", Type.TIMESTAMP, "queue.dateCreated", "When it was made."),
        Column("date_modified", Type.TIMESTAMP, "queue.dateModified", "When it was changed last."),
        Column(
            "created_by", Type.TEXT, "queue.createdBy", "User who made it.", whose=Whose.EMPLOYEE
        ),
        Column(
            "modified_by",
            Type.TEXT,
            "queue.modifiedBy",
            "User who changed it last.",
            whose=Whose.EMPLOYEE,
        ),
        Column("member_count", Type.BIGINT, "queue.memberCount", "Members.", unit="count"),
        Column(
            "user_member_count",
            Type.BIGINT,
            "queue.userMemberCount",
            "Members that are no groups.",
            unit="count",
        ),
        Column(
            "joined_member_count",
            Type.BIGINT,
            "queue.joinedMemberCount",
            "Members who have joined.",
            unit="count",
        ),
        _text("scoring_method", "scoringMethod", "How waiting interactions are ranked."),
        _text("skill_evaluation_method", "skillEvaluationMethod", "How skills are matched."),
        _text("default_media_language", "defaultMediaLanguage", "Language of its media."),
        _text("peer_id", "peerId", "Its id in a system beside it."),
        Column(
            "auto_answer_only",
            Type.BOOLEAN,
            "queue.autoAnswerOnly",
            "Whether only agents who answer at once are offered.",
        ),
        Column(
            "enable_transcription",
            Type.BOOLEAN,
            "queue.enableTranscription",
            "Whether calls are transcribed.",
        ),
        Column(
            "enable_audio_monitoring",
            Type.BOOLEAN,
            "queue.enableAudioMonitoring",
            "Whether calls may be listened to.",
        ),
        Column(
            "enable_manual_assignment",
            Type.BOOLEAN,
            "queue.enableManualAssignment",
            "Whether interactions may be assigned by hand.",
        ),
        Column(
            "suppress_in_queue_call_recording",
            Type.BOOLEAN,
            "queue.suppressInQueueCallRecording",
            "Whether calls are not recorded while they wait.",
        ),
        *told("queue"),
    ),
    pushdowns=(),
)
