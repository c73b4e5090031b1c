"""Faults: which rule strikes a request, and what it does to the answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fnmatch import fnmatchcase
from random import Random

from trunkline_simulator.api.errors import Refused, bad_credentials, too_many_requests
from trunkline_simulator.messages import SimRequest, SimResponse
from trunkline_simulator.settings import Fault, Settings

# These take the request's place: the operation does not run.
_REFUSALS = frozenset(
    {"429", "429-no-retry-after", "400", "401", "403", "408", "413", "500", "502", "503", "504"}
)
_CODES = {
    "400": "bad.request",
    "403": "missing.any.permissions",
    "408": "request.timeout",
    "413": "request.entity.too.large",
    "500": "internal.server.error",
    "502": "bad.gateway",
    "503": "service.unavailable",
    "504": "authentication.request.timeout",
}


def striking(request: SimRequest, settings: Settings, seen: Counter[str]) -> Fault | None:
    """The first rule that strikes this request. Every rule that fits counts it."""
    found: Fault | None = None
    for place, fault in enumerate(settings.faults):
        if not fnmatchcase(f"{request.method} {request.bare_path}", fault.match):
            continue
        seen[f"fault {place}"] += 1
        if found is None and _strikes(fault, place, seen[f"fault {place}"], settings):
            found = fault
    return found


def _strikes(fault: Fault, place: int, count: int, settings: Settings) -> bool:
    if fault.share:
        key = f"{settings.shape.seed}{settings.salt} {place} {count}"
        return Random(key).random() < fault.share  # noqa: S311
    if fault.every:
        return count % fault.every == 0
    return count >= fault.nth and (fault.times == 0 or count < fault.nth + fault.times)


def refuse(fault: Fault | None) -> None:
    """Raise the error that the rule stands for, if it is one."""
    if fault is None or fault.kind not in _REFUSALS:
        return
    if fault.kind.startswith("429"):
        raise too_many_requests(round(fault.seconds), retry_after=fault.kind == "429")
    if fault.kind == "401":
        raise bad_credentials()
    after = round(fault.seconds) if fault.kind == "503" else None
    status = int(fault.kind)
    raise Refused(status, _CODES[fault.kind], "The service is having trouble", retry_after=after)


def name_of(fault: Fault, request: SimRequest) -> str:
    """What the rule does to this request, in a few words."""
    if fault.kind == "reset-after" and request.bare_path.endswith("/details/jobs"):
        return "reset-after of a submit"
    token = " of the token" if request.bare_path == "/oauth/token" else ""
    return f"{fault.kind}{' without a body' if fault.bare else ''}{token}"


def spoil(fault: Fault | None, response: SimResponse) -> SimResponse:
    """The answer with what the rule does to it."""
    match fault:
        case Fault(kind=kind, bare=True) if kind in _REFUSALS:
            return replace(response, body=b"", headers=_without(response, "content-"))
        case Fault(kind="reset-after"):
            return replace(response, fault="reset")
        case Fault(kind="truncate"):
            return replace(response, fault="truncate")
        case Fault(kind="slow"):
            return replace(response, delay=fault.seconds)
        case Fault(kind="not-json"):
            page = b"<html><body>Bad gateway</body></html>"
            headers = _without(response, "content-encoding")
            return replace(response, body=page, headers={**headers, "Content-Type": "text/html"})
    return response


def _without(response: SimResponse, prefix: str) -> dict[str, str]:
    """The headers whose names do not begin so."""
    return {k: v for k, v in response.headers.items() if not k.lower().startswith(prefix)}
