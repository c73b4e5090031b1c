"""The aggregates that tables are cut from: synchronous queries, asked slice by slice."""

from __future__ import annotations

from datetime import timedelta

from trunkline.catalog import Dataset, Level
from trunkline.listing import About

# developer.genesys.cloud, analytics/aggregate/user-query: at most 100 predicates of userId.
ABOUT_USERS = About("users", 100)

QUEUE_INTERVALS = Dataset(
    name="queue_intervals",
    provider="genesys",
    description="What happened in each queue and media type, interval by interval.",
    levels=(Level("queue_interval", None, "queueIntervals", id="key"),),
    key="queue_interval_key",
    time_column="interval_start",
    cursor="cursor",
    watermark="dataAvailabilityDate",
    permissions=("analytics:conversationAggregate:view",),
    page_size=0,
    noun="interval",
    tells_watermark=False,
    slice=timedelta(days=1),
)

CONVERSATION_AGGREGATES = Dataset(
    name="conversation_aggregates",
    provider="genesys",
    description="What happened in each queue and to each user, by media type and direction.",
    levels=(Level("aggregate", None, "conversationAggregates", id="key"),),
    key="conversation_aggregate_key",
    time_column="interval_start",
    cursor="cursor",
    watermark="dataAvailabilityDate",
    permissions=("analytics:conversationAggregate:view",),
    page_size=0,
    noun="interval",
    tells_watermark=False,
    slice=timedelta(hours=6),
)

EVALUATION_AGGREGATES = Dataset(
    name="evaluation_aggregates",
    provider="genesys",
    description="What each evaluator judged of each user, by queue and form.",
    levels=(Level("evaluation_aggregate", None, "evaluationAggregates", id="key"),),
    key="evaluation_aggregate_key",
    time_column="interval_start",
    cursor="cursor",
    watermark="dataAvailabilityDate",
    permissions=("analytics:evaluationAggregate:view",),
    page_size=0,
    noun="interval",
    tells_watermark=False,
    slice=timedelta(days=7),
)

USER_AGGREGATES = Dataset(
    name="user_aggregates",
    provider="genesys",
    description="How long each user was in each presence and routing status.",
    levels=(Level("user_interval", None, "userIntervals", id="key"),),
    key="user_aggregate_key",
    time_column="interval_start",
    cursor="cursor",
    watermark="dataAvailabilityDate",
    # The list of users needs directory:user:view beside it.
    permissions=("analytics:userAggregate:view",),
    page_size=0,
    noun="interval",
    tells_watermark=False,
    slice=timedelta(days=1),
    about=ABOUT_USERS,
)
