"""queue_members: who may be offered what waits in a queue (SDK 269 QueueMember); a list a queue."""

from __future__ import annotations

from trunkline.catalog import Column, Dataset, Level, Table, Whose
from trunkline.listing import Listing, Paging, Parent
from trunkline.providers.genesys.tables.reference._columns import TIME, told
from trunkline.providers.genesys.tables.reference.queues import QUEUES
from trunkline.types import Type

# Names and states of users are elsewhere.
_NOT_LANDED = frozenset({
    "name", "routingStatus", "selfUri", "user",
})  # fmt: skip

QUEUE_MEMBERS = Dataset(
    name="queue_members",
    provider="genesys",
    description="Members of queues.",
    levels=(Level("member", None, "entities", id="memberKey", known=_NOT_LANDED),),
    key="queue_member_key",
    time_column=TIME,
    cursor="cursor",
    watermark="watermark",
    permissions=("routing:queue:view", "routing:queueMember:manage"),
    listing=Listing(
        path="/api/v2/routing/queues/{queueId}/members",
        paging=Paging.NUMBERED,
        parent=Parent("queueId", "memberKey"),
    ),
    parent=QUEUES,
)

TABLE = Table(
    name="queue_members",
    description="Who may be offered what waits in a queue.",
    dataset=QUEUE_MEMBERS,
    level="member",
    grain="one member of a queue",
    key="queue_member_key",
    natural_key=("queue_id", "user_id"),
    columns=(
        Column(
            "queue_member_key",
            Type.TEXT,
            "member.memberKey",
            "Single-column key: the queue and the user, joined by a colon.",
        ),
        Column(
            "queue_id",
            Type.TEXT,
            "member.queueId",
            "The queue.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "user_id",
            Type.TEXT,
            "member.id",
            "The user.",
            whose=Whose.EMPLOYEE,
        ),
        Column(
            "ring_number",
            Type.BIGINT,
            "member.ringNumber",
            "Ring of bullseye routing they are in.",
        ),
        Column(
            "joined",
            Type.BOOLEAN,
            "member.joined",
            "Whether they have joined the queue.",
            whose=Whose.EMPLOYEE,
        ),
        Column(
            "member_by",
            Type.TEXT,
            "member.memberBy",
            "user, or group where they belong to it by one.",
        ),
        *told("member"),
    ),
    pushdowns=(),
)
