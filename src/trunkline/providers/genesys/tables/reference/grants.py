"""grants: who has which role in which division (SDK 269 SubjectDivisionGrants); a list a role."""

from __future__ import annotations

from trunkline.catalog import Column, Dataset, Level, Table, Whose
from trunkline.listing import Listing, Paging, Parent
from trunkline.providers.genesys.tables.reference._columns import TIME, told
from trunkline.providers.genesys.tables.reference.roles import ROLES
from trunkline.types import Type

# Names of users are elsewhere.
_NOT_LANDED = frozenset({
    "name", "selfUri",
})  # fmt: skip

GRANTS = Dataset(
    name="grants",
    provider="genesys",
    description="Grants of roles.",
    levels=(
        Level("subject", None, "entities", id="subjectKey", known=_NOT_LANDED),
        Level("grant", "subject", "divisions", id="id", known=frozenset({"name", "selfUri"})),
    ),
    key="role_subject_key",
    time_column=TIME,
    cursor="cursor",
    watermark="watermark",
    permissions=("authorization:role:view",),
    listing=Listing(
        path="/api/v2/authorization/roles/{roleId}/subjectgrants",
        paging=Paging.NUMBERED,
        parent=Parent("roleId", "subjectKey"),
    ),
    parent=ROLES,
)

TABLE = Table(
    name="grants",
    description="Who has which role in which division.",
    dataset=GRANTS,
    level="grant",
    grain="one role of a subject in a division",
    key="grant_key",
    natural_key=("role_id", "subject_id", "division_id"),
    columns=(
        Column(
            "grant_key",
            Type.TEXT,
            "grant.key",
            "Single-column key: role, subject and division, joined by colons.",
        ),
        Column(
            "role_subject_key",
            Type.TEXT,
            "subject.subjectKey",
            "Role and subject, joined by a colon.",
        ),
        Column(
            "role_id",
            Type.TEXT,
            "subject.roleId",
            "The role.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "subject_id",
            Type.TEXT,
            "subject.id",
            "User, group or client that has it.",
            whose=Whose.EMPLOYEE,
        ),
        Column(
            "subject_type",
            Type.TEXT,
            "subject.type",
            "PC_USER, PC_GROUP, PC_OAUTH_CLIENT and so on.",
        ),
        Column(
            "division_id",
            Type.TEXT,
            "grant.id",
            "Division it has it in.",
            whose=Whose.CONFIGURATION,
        ),
        *told("subject"),
    ),
    pushdowns=(),
)
