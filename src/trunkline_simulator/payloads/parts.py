"""The pieces a conversation is put together from: times, metrics, segments, sessions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from random import Random
from typing import Any, TypeVar

from trunkline_simulator.directory import RESERVED_WRAP_UPS, Directory, Queue, User
from trunkline_simulator.payloads.plan import DAY, EPOCH

Json = dict[str, Any]
T = TypeVar("T")


@dataclass(slots=True)
class Draft:
    """A conversation in the making: where it stands and what it has touched so far."""

    draw: Random
    start: int
    organisation: Directory
    conversation_id: str
    end: int = 0
    participants: list[Json] = field(default_factory=list)
    divisions: list[str] = field(default_factory=list)
    extra: Json = field(default_factory=dict)
    chats_wait: bool = False


@lru_cache(maxsize=1024)
def _date(number: int) -> str:
    return date.fromordinal(number + EPOCH).isoformat()


def stamp(at: int) -> str:
    """Milliseconds since 1970 as the service writes them: no fraction on a whole second."""
    number, rest = divmod(at, DAY)
    minutes, rest = divmod(rest, 60_000)
    seconds, millis = divmod(rest, 1000)
    fraction = f".{millis:03d}" if millis else ""
    return f"{_date(number)}T{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}{fraction}Z"


def uid(draw: Random) -> str:
    """An id in the form of a version-4 UUID."""
    h = f"{draw.getrandbits(128):032x}"
    return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"


def between(draw: Random, low: float, high: float) -> int:
    """Milliseconds drawn between ``low`` and ``high`` seconds, rather short than long."""
    return int(1000 * (low + (high - low) * draw.random() ** 2))


def one(draw: Random, items: tuple[T, ...]) -> T:
    """One of ``items``."""
    return items[int(draw.random() * len(items))]


def metric(name: str, value: int, at: int) -> Json:
    """A metric of a session: milliseconds for t, a count for n, and when it was emitted."""
    return {"emitDate": stamp(at), "name": name, "value": value}


def segment(kind: str, start: int, end: int, **more: Any) -> Json:
    """A stretch of a session spent in one state; what is None is left out."""
    made = {
        "conference": False,
        "segmentEnd": stamp(end),
        "segmentStart": stamp(start),
        "segmentType": kind,
    }
    made.update((name, value) for name, value in more.items() if value is not None)
    return made


def participant(draft: Draft, purpose: str, **more: Any) -> Json:
    """A new participant, already in the conversation, without sessions yet."""
    made = {"participantId": uid(draft.draw), "purpose": purpose, "sessions": [], **more}
    draft.participants.append(made)
    return made


def session(draft: Draft, owner: Json, media: str, direction: str, **more: Any) -> Json:
    """A new session of ``owner``, with empty segments and metrics; what is None is left out."""
    made: Json = {"direction": direction, "mediaType": media, "sessionId": uid(draft.draw)}
    made.update((name, value) for name, value in more.items() if value is not None)
    made["segments"] = []
    made["metrics"] = []
    owner["sessions"].append(made)
    return made


def touch(draft: Draft, *owned: Queue | User) -> None:
    """Note the divisions that the conversation has come through."""
    for thing in owned:
        if thing.division.id not in draft.divisions:
            draft.divisions.append(thing.division.id)


def pick_queue(draft: Draft) -> Queue:
    """A queue, by its share of the traffic."""
    queues = draft.organisation.queues
    return draft.draw.choices(queues, [queue.weight for queue in queues])[0]


def pick_user(draft: Draft) -> User:
    """An agent."""
    return one(draft.draw, draft.organisation.users)


def wrap_up(draft: Draft) -> Json:
    """What an agent leaves behind: an id, a reserved word or nothing; now and then a note."""
    chance = draft.draw.random()
    if chance < 0.08:
        return {"wrapUpCode": one(draft.draw, RESERVED_WRAP_UPS)}
    if chance < 0.12:
        return {}
    left: Json = {"wrapUpCode": one(draft.draw, draft.organisation.wrap_ups).id}
    if chance > 0.85:
        left["wrapUpNote"] = f"Caller asked for a copy, ref {draft.draw.getrandbits(40):010x}"
    return left
