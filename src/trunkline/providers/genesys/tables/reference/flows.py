"""flows: what callers are led through (SDK 269 Flow); deleted ones are told where asked for."""

from __future__ import annotations

from trunkline.catalog import Column, Dataset, Level, Pii, Table, Whose
from trunkline.listing import Listing, Paging
from trunkline.providers.genesys.tables.reference._columns import TIME, division, told
from trunkline.types import Type

# Lifted, or how it was edited and what it takes.
_NOT_LANDED = frozenset({
    "checkedInVersion", "compatibleFlowTypes", "currentOperation", "debugVersion", "division",
    "inputSchema", "lockedClient", "lockedUser", "nluInfo", "outputSchema", "publishedBy",
    "publishedVersion", "savedVersion", "selfUri", "supportedLanguages",
})  # fmt: skip

FLOWS = Dataset(
    name="flows",
    provider="genesys",
    description="Architect flows.",
    levels=(Level("flow", None, "entities", id="id", known=_NOT_LANDED),),
    key="flow_id",
    time_column=TIME,
    cursor="cursor",
    watermark="watermark",
    permissions=("architect:flow:view",),
    listing=Listing(
        path="/api/v2/flows",
        paging=Paging.NUMBERED,
        query=(("deleted", "true"),),
        gone=("deleted", frozenset({"true"})),
    ),
)

TABLE = Table(
    name="flows",
    description="What callers and messages are led through.",
    dataset=FLOWS,
    level="flow",
    grain="one flow",
    key="flow_id",
    natural_key=("flow_id",),
    columns=(
        Column(
            "flow_id",
            Type.TEXT,
            "flow.id",
            "The flow.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "name",
            Type.TEXT,
            "flow.name",
            "Name.",
            pii=Pii.NAME,
            whose=Whose.CONFIGURATION,
        ),
        division("flow"),
        Column(
            "description",
            Type.TEXT,
            "flow.description",
            "Description.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "type",
            Type.TEXT,
            "flow.type",
            "What it is for: INBOUNDCALL, BOT, WORKFLOW and so on.",
        ),
        Column(
            "active",
            Type.BOOLEAN,
            "flow.active",
            "Whether it is in use.",
        ),
        Column(
            "system",
            Type.BOOLEAN,
            "flow.system",
            "Whether it is of the vendor.",
        ),
        Column(
            "deleted",
            Type.BOOLEAN,
            "flow.deleted",
            "Whether it is deleted.",
        ),
        Column(
            "published_version",
            Type.TEXT,
            "flow.publishedVersion.id",
            "Version that is published.",
        ),
        Column(
            "date_published",
            Type.TIMESTAMP,
            "flow.publishedVersion.datePublished",
            "When that was published.",
        ),
        Column(
            "published_by",
            Type.TEXT,
            "flow.publishedBy.id",
            "User who published it.",
            whose=Whose.EMPLOYEE,
        ),
        Column(
            "worktype_id",
            Type.TEXT,
            "flow.worktypeId",
            "Kind of work items it is for.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "virtual_agent_enabled",
            Type.BOOLEAN,
            "flow.virtualAgentEnabled",
            "Whether a virtual agent is at work in it.",
        ),
        *told("flow"),
    ),
    pushdowns=(),
)
