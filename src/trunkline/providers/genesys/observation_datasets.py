"""What is now: payloads that every query asks for anew, and that are never held."""

from __future__ import annotations

from trunkline.catalog import Dataset, Level
from trunkline.providers.genesys.aggregate_datasets import ABOUT_USERS

QUEUE_OBSERVATIONS = Dataset(
    name="queue_observations",
    provider="genesys",
    description="What waits and is handled in each queue now, and in which state its users are.",
    levels=(Level("queue_observation", None, "queueObservations", id="key"),),
    key="queue_observation_key",
    time_column="observed_at",
    cursor="cursor",
    watermark="dataAvailabilityDate",
    permissions=("analytics:queueObservation:view",),
    page_size=0,
    noun="observation",
    tells_watermark=False,
    is_now=True,
)

USER_OBSERVATIONS = Dataset(
    name="user_observations",
    provider="genesys",
    description="In how many queues each user is now.",
    levels=(Level("user_observation", None, "userObservations", id="key"),),
    key="user_observation_key",
    time_column="observed_at",
    cursor="cursor",
    watermark="dataAvailabilityDate",
    # The list of users needs directory:user:view beside it.
    permissions=("analytics:userObservation:view",),
    page_size=0,
    noun="observation",
    tells_watermark=False,
    about=ABOUT_USERS,
    is_now=True,
)
