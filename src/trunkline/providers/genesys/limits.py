"""What Genesys Cloud allows, as data.

Sources: 300 requests a minute and token, in windows of one minute (developer-center blog
2021-02-03, "Caching in flows"); the headers (SDK README). Headers decide, these hold until the
first answer: older documents show other allowances. No source gives a limit for requests under way
at one time; 12 is ours, one for each month of a year.
"""

from __future__ import annotations

from trunkline.http.ratelimit import Limit

RATE = Limit(
    allowance=300,
    seconds=60.0,
    concurrency=12,
    count_header="inin-ratelimit-count",
    allowed_header="inin-ratelimit-allowed",
    reset_header="inin-ratelimit-reset",
)

# Namespaces of GET /api/v2/organizations/limits/namespaces/{namespace} that touch us, and the keys
# read from them. Keys: platform.api from the limits page; analytics by their use in public code, so
# an organisation may not have them.
PLATFORM = "platform.api"
ANALYTICS = "analytics"
TOKEN_RATE = "client.credentials.token.rate.per.minute"  # noqa: S105
JOBS_AT_ONCE = "conversations.details.jobs.concurrent.access.max"
JOBS_PER_SECOND = "conversations.details.jobs.rate.per.second"
