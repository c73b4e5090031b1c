"""What an operation is given: one request, who asks, when, of which organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from trunkline_simulator.api.errors import Refused, bad_request
from trunkline_simulator.directory import Directory, organisation_of
from trunkline_simulator.messages import SimRequest
from trunkline_simulator.settings import Client, JobPayload, Settings
from trunkline_simulator.state import State

# SDK 269: request.bytes.max, namespace platform.api.
MAX_BODY = 512_000


@dataclass(frozen=True, slots=True)
class Context:
    """One authorised request. ``params`` are the parts of the path that have names."""

    request: SimRequest
    settings: Settings
    state: State
    now: datetime
    client: Client
    params: dict[str, str]

    @property
    def directory(self) -> Directory:
        """The organisation's reference data."""
        return organisation_of(self.settings.shape)

    @property
    def divisions(self) -> frozenset[str]:
        """Ids of the divisions that the client's grants cover."""
        granted = self.client.divisions
        return frozenset(
            division.id
            for division in self.directory.divisions
            if granted is None or division.name in granted
        )

    def number(self, name: str, default: int, maximum: int) -> int:
        """A positive whole number of the query; 400 if it is none or too large."""
        text = self.request.query.get(name, [str(default)])[-1]
        if not text.isdecimal() or not 1 <= int(text) <= maximum:
            raise bad_request(f"{name} must be between 1 and {maximum}", name)
        return int(text)

    def json(self) -> dict[str, Any]:
        """The body as an object; 400, 413 or 415 if it is none."""
        if len(self.request.body) > MAX_BODY:
            raise Refused(413, "request.entity.too.large", "The request is too large")
        if not self.request.header("content-type").startswith("application/json"):
            raise Refused(415, "unsupported.media.type", "The content type is not supported")
        try:
            found = msgspec.json.decode(self.request.body)
        except msgspec.DecodeError as error:
            raise bad_request("The request body is not valid JSON") from error
        if not isinstance(found, dict):
            raise bad_request("The request body must be an object")
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operation answers; ``body`` None is an empty one."""

    status: int
    body: Any = None


def lake_date(settings: Settings, now: datetime, payload: JobPayload) -> datetime:
    """Before when the lake of a payload is complete: the clock less the lag.

    One second in three it has no milliseconds.
    """
    lag = settings.user_lag_seconds if payload == "userDetails" else None
    date = now - timedelta(seconds=settings.lag_seconds if lag is None else lag)
    millis = 0 if date.second % 3 == 0 else date.microsecond // 1000
    return date.replace(microsecond=millis * 1000)
