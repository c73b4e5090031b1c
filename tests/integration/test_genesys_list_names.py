"""What the tables of whole lists read and leave unread is what the vendor's own models have."""

from __future__ import annotations

import pytest

from trunkline.catalog import Dataset, Level
from trunkline.engine.registry import catalog
from trunkline.listing import REFRESHED, Paging

sdk = pytest.importorskip("PureCloudPlatformClientV2")

# Each level of a list and the models of its elements.
MODELS = {
    "user": ("User",),
    "queue": ("Queue",),
    "media": (
        "MediaSettings",
        "CallbackMediaSettings",
        "EmailMediaSettings",
        "MessageMediaSettings",
    ),
    "member": ("QueueMember",),
    "wrapup_code": ("WrapupCode",),
    "division": ("AuthzDivision",),
    "skill": ("RoutingSkill",),
    "language": ("Language",),
    "location": ("LocationDefinition",),
    "group": ("Group",),
    "team": ("Team",),
    "flow": ("Flow",),
    "presence_definition": ("OrganizationPresenceDefinition",),
    "role": ("DomainOrganizationRole",),
    "subject": ("SubjectDivisionGrants",),
    "grant": ("Division",),
    "organization": ("Organization",),
}
LISTS = [dataset for dataset in catalog().datasets if dataset.is_list]
LEVELS = [pytest.param(d, level, id=level.name) for d in LISTS for level in d.levels]


def ours(dataset: Dataset) -> set[str]:
    """What is added to each item on the way."""
    listing = dataset.listing
    assert listing is not None
    added = {REFRESHED, "deletedAt"} | {name for _, name in listing.objects}
    return added | ({listing.parent.attribute, listing.parent.key} if listing.parent else set())


@pytest.mark.parametrize(("dataset", "level"), LEVELS)
def test_every_attribute_is_read_or_left_out_by_name(dataset: Dataset, level: Level) -> None:
    columns = (c for table in catalog().of(dataset) for c in table.columns)
    read = {c.attribute.split(".")[0] for c in columns if c.level == level.name}
    read |= {level.id or "id"} | {
        one.attribute for one in dataset.levels if one.parent == level.name
    }
    declared = (read | level.known) - {"#", "key"} - ours(dataset)
    models = [getattr(sdk, name)() for name in MODELS[level.name]]
    there = {attribute for model in models for attribute in model.attribute_map.values()}
    assert declared - there == set()
    assert there - declared == set()


@pytest.mark.parametrize("dataset", LISTS, ids=lambda dataset: dataset.name)
def test_a_list_says_how_it_is_paged(dataset: Dataset) -> None:
    listing = dataset.listing
    assert listing is not None
    assert listing.path.startswith("/api/v2/")
    assert ("{" in listing.path) == (listing.parent is not None) == (dataset.parent is not None)
    assert listing.page_size <= 500
    assert isinstance(listing.paging, Paging)
