"""Our names against those of the vendor's own client."""

from __future__ import annotations

from datetime import UTC, datetime

import PureCloudPlatformClientV2

from trunkline.interval import Interval
from trunkline.providers.genesys.async_jobs import STATES
from trunkline.providers.genesys.conversation_jobs import query
from trunkline.providers.genesys.regions import REGIONS, hosts

MARCH = Interval(datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 4, 1, tzinfo=UTC))


def test_regions() -> None:
    theirs = {
        region.name.replace("_", "-"): region.get_api_host()
        for region in PureCloudPlatformClientV2.PureCloudRegionHosts
    }
    assert {region.aws: hosts(region.aws).api for region in REGIONS} == theirs


def test_the_body_of_a_job() -> None:
    body = query(MARCH)
    model = PureCloudPlatformClientV2.AsyncConversationQuery()
    attributes = {theirs: ours for ours, theirs in model.attribute_map.items()}
    for name, value in body.items():
        setattr(model, attributes[name], value)
    # The model replaces an enumeration's unknown value; a known one stays.
    assert PureCloudPlatformClientV2.ApiClient().sanitize_for_serialization(model) == body


def test_the_states_of_a_job() -> None:
    for state in STATES:
        status = PureCloudPlatformClientV2.AsyncQueryStatus()
        status.state = state
        assert status.state == state
