"""roles: sets of permissions (SDK 269 DomainOrganizationRole)."""

from __future__ import annotations

from trunkline.catalog import Column, Dataset, Level, Pii, Table, Whose
from trunkline.listing import Listing, Paging
from trunkline.providers.genesys.tables.reference._columns import TIME, told
from trunkline.types import Type

# The permissions in another form, or where asked for.
_NOT_LANDED = frozenset({
    "permissionPolicies", "roleNeedsUpdate", "selfUri", "unusedPermissions",
})  # fmt: skip

ROLES = Dataset(
    name="roles",
    provider="genesys",
    description="Roles.",
    levels=(Level("role", None, "entities", id="id", known=_NOT_LANDED),),
    key="role_id",
    time_column=TIME,
    cursor="cursor",
    watermark="watermark",
    permissions=("authorization:role:view",),
    listing=Listing(
        path="/api/v2/authorization/roles",
        paging=Paging.NUMBERED,
    ),
)

TABLE = Table(
    name="roles",
    description="Sets of permissions that are granted together.",
    dataset=ROLES,
    level="role",
    grain="one role",
    key="role_id",
    natural_key=("role_id",),
    columns=(
        Column(
            "role_id",
            Type.TEXT,
            "role.id",
            "The role.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "name",
            Type.TEXT,
            "role.name",
            "Name.",
            pii=Pii.NAME,
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "description",
            Type.TEXT,
            "role.description",
            "Description.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "default_role_id",
            Type.TEXT,
            "role.defaultRoleId",
            "Role of the vendor that it is made of.",
        ),
        Column(
            "permissions",
            Type.TEXT_LIST,
            "role.permissions",
            "Permissions it has by name.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "user_count",
            Type.BIGINT,
            "role.userCount",
            "Users who have it.",
            unit="count",
        ),
        Column(
            "base_license",
            Type.TEXT,
            "role.baseLicense",
            "Licence it needs.",
        ),
        Column(
            "addon_licenses",
            Type.TEXT_LIST,
            "role.addonLicenses",
            "Licences it needs besides.",
        ),
        Column(
            "date_license_last_updated",
            Type.TIMESTAMP,
            "role.dateLicenseLastUpdated",
            "When its licences were worked out last.",
        ),
        Column(
            "is_default",
            Type.BOOLEAN,
            "role.default",
            "Whether every user has it.",
        ),
        Column(
            "is_base",
            Type.BOOLEAN,
            "role.base",
            "Whether it is of the vendor.",
        ),
        *told("role"),
    ),
    pushdowns=(),
)
