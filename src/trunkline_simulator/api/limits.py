"""Rate windows, their headers, and the limits that the organisation may read."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

from trunkline_simulator.api.context import MAX_BODY, Answer, Context
from trunkline_simulator.api.errors import not_found, too_many_requests
from trunkline_simulator.messages import SimRequest
from trunkline_simulator.settings import Settings
from trunkline_simulator.state import State, Window

_MINUTE = timedelta(minutes=1)


def window_key(request: SimRequest) -> str:
    """Whose window a request counts in: its token's; all without one share theirs."""
    scheme, _, token = request.header("authorization").partition(" ")
    return token if scheme.lower() == "bearer" else ""


def count_request(state: State, key: str, now: datetime) -> Window:
    """Count one request of ``key`` in its fixed window of a minute."""
    window = state.windows.get(key)
    if window is None or now >= window.opened + _MINUTE:
        window = Window(now, 0)
    window = Window(window.opened, window.count + 1)
    state.windows[key] = window
    return window


def seconds_left(window: Window, now: datetime) -> int:
    """Whole seconds until the window closes, rounded up."""
    return max(1, math.ceil((window.opened + _MINUTE - now).total_seconds()))


def rate_headers(window: Window, settings: Settings, now: datetime) -> dict[str, str]:
    """The three headers that every answer has; reset is in seconds."""
    return {
        "inin-ratelimit-count": str(window.count),
        "inin-ratelimit-allowed": str(settings.rate_per_minute),
        "inin-ratelimit-reset": str(seconds_left(window, now)),
    }


def check_rate(window: Window, settings: Settings, now: datetime) -> None:
    """429 once the window holds more requests than allowed."""
    if window.count > settings.rate_per_minute:
        raise too_many_requests(seconds_left(window, now))


def namespace_limits(context: Context) -> Answer:
    """GET /api/v2/organizations/limits/namespaces/{namespaceName} (SDK LimitsEntityListing)."""
    rate = context.settings.rate_per_minute
    values = {
        "platform.api": {
            "client.credentials.token.rate.per.minute": rate,
            "token.rate.per.minute": rate,
            "org.app.user.rate.per.minute": rate,
            "org.user.rate.per.minute": 3000,
            "request.bytes.max": MAX_BODY,
        },
        "analytics": {
            "conversations.details.jobs.concurrent.access.max": context.settings.job_concurrency,
            "conversations.details.jobs.rate.per.second": 10,
        },
        "analytics.realtime": {"observations.query.rate.per.minute": rate},
        "routing": {"queues.max": 5000},
        "users": {"users.max": 10_000},
    }
    namespace = context.params["namespace"]
    if namespace not in values:
        raise not_found(f"limits namespace {namespace}")
    entities = [
        {"key": key, "namespace": namespace, "value": value}
        for key, value in values[namespace].items()
    ]
    return Answer(200, {"entities": entities})
