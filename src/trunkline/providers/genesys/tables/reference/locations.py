"""locations: where the organisation works (SDK 269 LocationDefinition)."""

from __future__ import annotations

from trunkline.catalog import Column, Dataset, Level, Pii, Table, Whose
from trunkline.listing import Listing, Paging
from trunkline.providers.genesys.tables.reference._columns import TIME, told
from trunkline.types import Type

# Lifted, pictures, numbers and notes.
_NOT_LANDED = frozenset({
    "address", "addressStored", "addressVerificationDetails", "contactUser", "emergencyNumber",
    "floorplanImage", "images", "notes", "profileImage", "selfUri", "version",
})  # fmt: skip

LOCATIONS = Dataset(
    name="locations",
    provider="genesys",
    description="Locations.",
    levels=(Level("location", None, "entities", id="id", known=_NOT_LANDED),),
    key="location_id",
    time_column=TIME,
    cursor="cursor",
    watermark="watermark",
    permissions=(),
    listing=Listing(
        path="/api/v2/locations",
        paging=Paging.NUMBERED,
        gone=("state", frozenset({"deleted"})),
    ),
)

TABLE = Table(
    name="locations",
    description="Where the organisation works.",
    dataset=LOCATIONS,
    level="location",
    grain="one location",
    key="location_id",
    natural_key=("location_id",),
    columns=(
        Column(
            "location_id",
            Type.TEXT,
            "location.id",
            "The location.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "name",
            Type.TEXT,
            "location.name",
            "Name.",
            pii=Pii.NAME,
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "contact_user_id",
            Type.TEXT,
            "location.contactUser.id",
            "User to ask about it.",
            whose=Whose.EMPLOYEE,
        ),
        Column(
            "city",
            Type.TEXT,
            "location.address.city",
            "City.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "region",
            Type.TEXT,
            "location.address.state",
            "State or province.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "zipcode",
            Type.TEXT,
            "location.address.zipcode",
            "Postal code.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "country",
            Type.TEXT,
            "location.address.country",
            "Country.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "path",
            Type.TEXT_LIST,
            "location.path",
            "The locations it is within, from the outermost.",
            whose=Whose.CONFIGURATION,
        ),
        Column(
            "address_verified",
            Type.BOOLEAN,
            "location.addressVerified",
            "Whether the address is known to be one.",
        ),
        Column(
            "state",
            Type.TEXT,
            "location.state",
            "active or deleted.",
        ),
        *told("location"),
    ),
    pushdowns=(),
)
