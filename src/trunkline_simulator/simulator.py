"""The simulator's core: a request in, an answer out, no socket, no clock of its own."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from random import Random
from typing import Any
from uuid import UUID

import msgspec

from trunkline_simulator import faults
from trunkline_simulator.api import auth, limits, router
from trunkline_simulator.api.context import Answer, Context
from trunkline_simulator.api.errors import Refused, missing_permission
from trunkline_simulator.messages import LogEntry, SimRequest, SimResponse
from trunkline_simulator.settings import Client, Fault, Settings
from trunkline_simulator.state import State, Window

_RESET = SimResponse(status=0, fault="reset")


class Simulator:
    """One organisation of the vendor, login host and API host in one.

    ``now`` gives aware datetimes. ``state`` may be read by tests; ``state.log`` lists what was
    asked and answered.
    """

    def __init__(self, settings: Settings, now: Callable[[], datetime]) -> None:
        self.settings = settings
        self.now = now
        self.state = State()

    def handle(self, request: SimRequest) -> SimResponse:
        """Answer ``request``; every answer is logged, also one that is then lost."""
        fault = faults.striking(request, self.settings, self.state.seen)
        if fault is not None:
            self.state.met[faults.name_of(fault, request)] += 1
        if fault is not None and fault.kind == "reset-before":
            return self._logged(request, _RESET)
        return self._logged(request, faults.spoil(fault, self._answer(request, fault)))

    def _logged(self, request: SimRequest, response: SimResponse) -> SimResponse:
        entry = LogEntry(request.method, request.bare_path, response.status)
        self.state.log.append(entry)
        return response

    def _answer(self, request: SimRequest, fault: Fault | None) -> SimResponse:
        now = self.now()
        window = limits.count_request(self.state, limits.window_key(request), now)
        headers = {
            "Content-Type": "application/json",
            "ININ-Correlation-Id": self._correlation_id(),
            **limits.rate_headers(window, self.settings, now),
            **({"Date": format_datetime(now, usegmt=True)} if self.settings.tells_time else {}),
        }
        try:
            answer = self._operate(request, fault, window, now)
        except Refused as refused:
            if refused.retry_after is not None:
                headers["Retry-After"] = str(refused.retry_after)
            answer = Answer(refused.status, refused.body(headers["ININ-Correlation-Id"]))
        return _encoded(request, answer, headers)

    def _operate(
        self, request: SimRequest, fault: Fault | None, window: Window, now: datetime
    ) -> Answer:
        if request.bare_path == "/oauth/token" and request.method == "POST":
            faults.refuse(fault)
            return auth.issue_token(request, self.settings, self.state, now)
        route, params = router.find(request.method, request.bare_path)
        token = auth.token_of(request, self.state, now)
        limits.check_rate(window, self.settings, now)
        if fault is not None and fault.kind == "401":
            # A token that was refused once is refused for good.
            del self.state.tokens[token.value]
        faults.refuse(fault)
        _check_permission(token.client, route.permissions)
        return route.operation(
            Context(request, self.settings, self.state, now, token.client, params)
        )

    def _correlation_id(self) -> str:
        self.state.seen["requests"] += 1
        key = f"request {self.settings.shape.seed} {self.state.seen['requests']}"
        return str(UUID(int=Random(key).getrandbits(128), version=4))  # noqa: S311


def _check_permission(client: Client, wanted: tuple[str, ...]) -> None:
    if not wanted or client.permissions is None or client.permissions.intersection(wanted):
        return
    raise missing_permission(wanted)


def _encoded(request: SimRequest, answer: Answer, headers: dict[str, str]) -> SimResponse:
    if answer.body is None:
        del headers["Content-Type"]
        return SimResponse(answer.status, headers)
    body = _json(answer.body)
    if "gzip" in request.header("accept-encoding"):
        body = gzip.compress(body, compresslevel=1, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return SimResponse(answer.status, headers, body)


def _json(body: Any) -> bytes:
    """JSON in UTF-8; where a lone surrogate has no UTF-8, everything beyond ASCII is escaped."""
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError:
        return json.dumps(body, separators=(",", ":")).encode()
