"""What was told without a job, as it reached us: pages of the tail, and answers by ids."""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec

from tests.chaos.scopes_truth import Telling
from trunkline.http.message import Request, Response


@dataclass(frozen=True, slots=True)
class Recent:
    """A page of the tail: for which interval, when, and the conversations on it."""

    interval: str
    telling: Telling
    ids: frozenset[str]


@dataclass(slots=True)
class Tellings:
    """When each conversation was told of, and the pages of tails."""

    told: dict[str, list[Telling]] = field(default_factory=dict)
    recent: list[Recent] = field(default_factory=list)

    def heard(self, telling: Telling, request: Request, answer: Response) -> None:
        """An answer reached a process; it may be a proxy's in its place."""
        try:
            found = msgspec.json.decode(answer.body) if answer.status == 200 else None
        except msgspec.DecodeError:
            found = None
        if not isinstance(found, dict):
            return
        ids = frozenset(one["conversationId"] for one in found.get("conversations", ()))
        for one in ids:
            self.told.setdefault(one, []).append(telling)
        if request.method == "POST":
            interval = msgspec.json.decode(request.body or b"{}")["interval"]
            self.recent.append(Recent(interval, telling, ids))
