"""User detail jobs: their body, and their pages as records of presence and routing status. Pure.

Source: SDK 269, AsyncUserDetailsQuery, AnalyticsUserDetailsAsyncQueryResponse, AnalyticsUserDetail,
AnalyticsUserPresenceRecord and AnalyticsRoutingStatusRecord; developer.genesys.cloud,
analytics/detail. A record that spans days stands under the first and under the last of them, and a
user stands on several pages, so a record may come more than once; its user, its kind and its start
tell that it is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from trunkline.errors import MalformedAnswer
from trunkline.flatten.plain import again
from trunkline.http.answers import UNREADABLE, instant
from trunkline.interval import Interval, iso
from trunkline.providers.genesys.reshaping import decoded, encoded, rows_of
from trunkline.scope import Scope, ScopeKind

JOBS = "/api/v2/analytics/users/details/jobs"
RESULTS = f"GET {JOBS}/{{jobId}}/results"
ROOT = "userDetails"
PAGE_SIZE = 1000  # rows of a user and a day; as of conversation jobs, of which it is known to work

# The list of a user that holds the records of a kind, and where the rest of one is put.
KINDS = {"primaryPresence": "presence", "routingStatus": "routing"}
_OURS = frozenset({"key", "kind", "userId", "startTime", "endTime", *KINDS.values()})
_OF_RECORD = ("startTime", "endTime")


class _Envelope(msgspec.Struct, frozen=True):
    """What tells a page from other answers, not decoded."""

    users: msgspec.Raw = msgspec.field(name=ROOT, default=msgspec.Raw(b""))
    date: msgspec.Raw = msgspec.field(name="dataAvailabilityDate", default=msgspec.Raw(b""))


def query(interval: Interval, scope: Scope) -> dict[str, object]:
    """The body that asks for the records of an interval: all that overlap it, uncut.

    So what was open when a day began comes of any interval that begins with the day. ValueError
    for what no job answers or is asked: the tail, and filters.
    """
    if scope.kind not in (ScopeKind.WHOLE, ScopeKind.OPEN_AT):
        raise ValueError(f"no job of user details brings {scope}")
    return {"interval": str(interval), "order": "asc"}


def is_page(body: bytes) -> bool:
    """Whether a body is a page of results: the date stands on every one, users may be missing."""
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
    except UNREADABLE:
        return False
    return bytes(envelope.users).startswith(b"[") or bytes(envelope.date).startswith(b'"')


def reshape(body: bytes) -> bytes:
    """A page whose root elements are records, each with its user, kind, start, end and key.

    What else a record has stands in an object named as its kind; what else a user has, in the
    first of their records, and in the page where they have none. What is no record or no user
    stays an element that is none, for whoever reads the page to leave out with a reason.
    MalformedAnswer where there is no list of users.
    """
    page = decoded(body, RESULTS)
    records: list[Any] = []
    for user in rows_of(page, ROOT, RESULTS):
        own = [*_records(user)]
        at = next((record for record in own if record is not None), page)
        at |= {name: value for name, value in _beside(user).items() if name not in at}
        records += own
    return encoded({**page, ROOT: records})


def _beside(user: Any) -> dict[str, Any]:
    """What a user has that is not documented, by names that are none of ours."""
    if not isinstance(user, dict):
        return {}
    strange = user.keys() - {"userId", *KINDS}
    return {f"user_{name}" if name in _OURS else name: user[name] for name in sorted(strange)}


def _records(user: Any) -> Iterator[dict[str, Any] | None]:
    if not isinstance(user, dict) or again(user):
        yield None
        return
    for attribute, kind in KINDS.items():
        held = user.get(attribute)
        if isinstance(held, list | None):
            yield from (_record(user, kind, found) for found in held or ())
        else:
            yield None


def _record(user: dict[str, Any], kind: str, found: Any) -> dict[str, Any] | None:
    if not isinstance(found, dict) or again(found):
        return None
    own = {name: found[name] for name in _OF_RECORD if name in found}
    rest = {name: value for name, value in found.items() if name not in _OF_RECORD}
    key = _key(user.get("userId"), kind, found.get("startTime"))
    return {"key": key, "kind": kind, "userId": user.get("userId"), **own, kind: rest}


def _key(user: Any, kind: str, start: Any) -> str | None:
    """One text for one record, however its start is written; None where it has none."""
    if not isinstance(user, str) or not isinstance(start, str):
        return None
    try:
        return f"{user}|{kind}|{iso(instant(start, RESULTS))}"
    except MalformedAnswer:
        return f"{user}|{kind}|{start}"  # which has no day either, and is left out for that
