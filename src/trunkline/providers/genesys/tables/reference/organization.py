"""organization: the organisation itself, one row (SDK 269 Organization)."""

from __future__ import annotations

from trunkline.catalog import Column, Dataset, Level, Pii, Table, Whose
from trunkline.listing import Listing, Paging
from trunkline.providers.genesys.tables.reference._columns import TIME, told
from trunkline.types import Type

# Switches and addresses of the vendor.
_NOT_LANDED = frozenset({
    "features", "selfUri", "supportURI", "thirdPartyURI",
})  # fmt: skip

ORGANIZATION = Dataset(
    name="organization",
    provider="genesys",
    description="The organisation.",
    levels=(Level("organization", None, "entities", id="id", known=_NOT_LANDED),),
    key="organization_id",
    time_column=TIME,
    cursor="cursor",
    watermark="watermark",
    permissions=(),
    listing=Listing(
        path="/api/v2/organizations/me",
        paging=Paging.ONE,
    ),
)

TABLE = Table(
    name="organization",
    description="The organisation itself: one row.",
    dataset=ORGANIZATION,
    level="organization",
    grain="one organization",
    key="organization_id",
    natural_key=("organization_id",),
    columns=(
        Column(
            "organization_id",
            Type.TEXT,
            "organization.id",
            "The organisation.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "name",
            Type.TEXT,
            "organization.name",
            "Name.",
            pii=Pii.NAME,
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "short_name",
            Type.TEXT,
            "organization.thirdPartyOrgName",
            "Short name, which never changes.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "domain",
            Type.TEXT,
            "organization.domain",
            "Domain.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "default_language",
            Type.TEXT,
            "organization.defaultLanguage",
            "Language.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "default_country_code",
            Type.TEXT,
            "organization.defaultCountryCode",
            "Country.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "default_site_id",
            Type.TEXT,
            "organization.defaultSiteId",
            "Site of its telephones.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "product_platform",
            Type.TEXT,
            "organization.productPlatform",
            "Platform of the vendor.",
        ),
        Column(
            "voicemail_enabled",
            Type.BOOLEAN,
            "organization.voicemailEnabled",
            "Whether there is voicemail.",
        ),
        Column(
            "version",
            Type.BIGINT,
            "organization.version",
            "How often it was changed.",
        ),
        Column(
            "state",
            Type.TEXT,
            "organization.state",
            "active, inactive or deleted.",
        ),
        *told("organization"),
    ),
    pushdowns=(),
)
