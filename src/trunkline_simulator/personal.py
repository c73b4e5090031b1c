"""The personal values planted in a day's payloads, listed, so that a test can look for each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from trunkline_simulator.directory import organisation_of
from trunkline_simulator.payloads import conversations_of
from trunkline_simulator.payloads.parts import Json
from trunkline_simulator.settings import Shape

_CONVERSATION = ("externalTag",)
_PARTICIPANT = ("participantName",)
_SESSION = (
    "ani",
    "dnis",
    "sessionDnis",
    "remote",
    "remoteNameDisplayable",
    "addressFrom",
    "addressTo",
    "addressOther",
    "addressSelf",
    "callbackNumbers",
    "callbackUserName",
    "cc",
    "bcc",
    "destinationAddresses",
    "errorCodeDescription",
    "extendedDeliveryStatus",
    "journeyCustomerId",
    "screenShareAddressSelf",
    "videoAddressSelf",
)
_FLOW = ("entryReason", "transferTargetAddress", "transferTargetName")
_SEGMENT = ("subject", "wrapUpNote", "wrapUpTags")


def planted_values(shape: Shape, day: date) -> frozenset[str]:
    """Every personal string of the conversations that start on ``day``.

    Names, numbers in full (as the service writes them and as bare digits), mail addresses, sip
    URIs, attribute values, notes, subjects. What the organisation's own directory says openly
    (names of agents, queues and flows) and ids are no one's secret and left out, as are numbers of
    up to six digits, which stand in a file by chance.
    """
    known = _known(shape)
    found: set[str] = set()
    for made in conversations_of(shape, day):
        for text in _values(made):
            if text not in known:
                found.update(_forms(text))
    return frozenset(found)


def _known(shape: Shape) -> frozenset[str]:
    organisation = organisation_of(shape)
    return frozenset(
        [user.name for user in organisation.users]
        + [user.email for user in organisation.users]
        + [queue.name for queue in organisation.queues]
        + [flow.name for flow in organisation.flows]
    )


def _values(made: Json) -> Iterator[str]:
    yield from _of(made, _CONVERSATION)
    for owner in made["participants"]:
        yield from _of(owner, _PARTICIPANT)
        yield from (owner.get("attributes") or {}).values()
        for leg in owner["sessions"]:
            yield from _of(leg, _SESSION)
            yield from _of(leg.get("flow") or {}, _FLOW)
            for part in leg["segments"]:
                yield from _of(part, _SEGMENT)


def _of(thing: Json, names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        value = thing.get(name)
        if isinstance(value, str):
            yield value
        elif value:
            yield from value


def _forms(text: str) -> Iterator[str]:
    """A value as it stands, and for a number its digits alone."""
    bare = text.removeprefix("tel:").removeprefix("+")
    if bare.isdecimal():
        if len(bare) > 6:
            yield text
            yield bare
    elif not _is_id(text):
        yield text


def _is_id(text: str) -> bool:
    return len(text) == 36 and text.count("-") == 4
