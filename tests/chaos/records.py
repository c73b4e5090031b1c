"""When which conversations were answered by their ids: what is held of them may be of that time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from trunkline.http.message import Response

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class Records:
    """The instants of the answers that reached us, by conversation."""

    known: dict[str, list[datetime]] = field(default_factory=dict)

    def heard(self, at: datetime, url: str, answer: Response) -> None:
        """An answer by ids reached a process."""
        if answer.status == 200:
            for text in parse_qs(urlsplit(url).query).get("id", []):
                for one in text.split(","):
                    self.known.setdefault(one, []).append(at)

    @property
    def count(self) -> int:
        """How many there were so far."""
        return sum(map(len, self.known.values()))

    def last(self, conversation: str) -> datetime:
        """When it was answered last."""
        return max(self.known.get(conversation, [NEVER]))
