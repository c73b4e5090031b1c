"""Which conversations were answered when without a job: what is held of them is of such a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import msgspec

from tests.chaos.scopes_truth import Telling
from trunkline.http.message import Request, Response

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Recent:
    """A page of the tail that reached us: for which interval, and the conversations on it."""

    interval: str
    telling: Telling
    ids: frozenset[str]


@dataclass(slots=True)
class Records:
    """The instants of the answers that reached us, by conversation, and the pages of tails."""

    known: dict[str, list[datetime]] = field(default_factory=dict)
    told: dict[str, list[Telling]] = field(default_factory=dict)
    recent: list[Recent] = field(default_factory=list)

    def heard(self, telling: Telling, url: str, answer: Response) -> None:
        """An answer by ids reached a process."""
        if answer.status == 200:
            for text in parse_qs(urlsplit(url).query).get("id", []):
                for one in text.split(","):
                    self.known.setdefault(one, []).append(telling.at)
                    self.told.setdefault(one, []).append(telling)

    def page(self, telling: Telling, request: Request, answer: Response) -> None:
        """A page of the tail reached a process; it may be a proxy's in its place."""
        try:
            found = msgspec.json.decode(answer.body) if answer.status == 200 else None
        except msgspec.DecodeError:
            found = None
        if isinstance(found, dict):
            ids = frozenset(one["conversationId"] for one in found.get("conversations", ()))
            interval = msgspec.json.decode(request.body or b"{}")["interval"]
            self.recent.append(Recent(interval, telling, ids))
            for one in ids:
                self.told.setdefault(one, []).append(telling)

    def last(self, conversation: str) -> datetime:
        """When it was answered last."""
        return max((telling.at for telling in self.told.get(conversation, ())), default=NEVER)
