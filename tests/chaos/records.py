"""When which conversations were answered by their ids: what is held of them may be of that time."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import msgspec

from tests.chaos.scopes_records import Tellings
from trunkline.http.message import Response

AVAILABILITY = "/conversations/details/jobs/availability"
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Told:
    """Up to which date the provider had everything, as it told us then."""

    at: datetime
    date: datetime


@dataclass(slots=True)
class Records:
    """The instants of the answers that reached us, by conversation; and what we were told."""

    known: dict[str, list[datetime]] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)
    live: Tellings = field(default_factory=Tellings)

    def heard(self, at: datetime, url: str, answer: Response) -> None:
        """An answer reached a process."""
        if answer.status == 200 and urlsplit(url).path.endswith(AVAILABILITY):
            with suppress(msgspec.DecodeError):  # a proxy's page in its place
                date = msgspec.json.decode(answer.body)["dataAvailabilityDate"]
                self.told.append(Told(at, datetime.fromisoformat(date)))
        elif answer.status == 200:
            for text in parse_qs(urlsplit(url).query).get("id", []):
                for one in text.split(","):
                    self.known.setdefault(one, []).append(at)

    @property
    def count(self) -> int:
        """How many there were so far."""
        return sum(map(len, self.known.values()))

    def last(self, conversation: str) -> datetime:
        """When it was answered last."""
        told = (telling.at for telling in self.live.told.get(conversation, ()))
        return max((*self.known.get(conversation, ()), *told), default=NEVER)
