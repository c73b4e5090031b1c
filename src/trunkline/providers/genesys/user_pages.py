"""The list of users, page by page, for what can only be asked about so many of them. Pure.

Sources: SDK 269, UserEntityListing and the parameters of GET /api/v2/users; the vendor's own client
for configuration (terraform-provider-genesyscloud, user proxy), which is told all active users and
refused with 400 past 10,000 inactive ones. So where there are as many, they are listed state by
state, and one that is refused is gone on with from its end.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import msgspec

from trunkline.errors import ProviderError
from trunkline.http.answers import UNREADABLE, decode

USER_LIST = "/api/v2/users"
USERS_A_PAGE = 100
WINDOW = 10_000
BEYOND = 400  # what a page past the window is refused with
_ANY = "any"
_STATES = ("active", "inactive", "deleted")


@dataclass(frozen=True, slots=True)
class Place:
    """Page ``number`` of those of a ``state``, of whom there were ``total`` when last told.

    Where ``ahead`` of them were told from the beginning of the list, the rest is from its end.
    """

    number: int = 1
    state: str = _ANY
    ahead: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """The ids of a page, none of them told from the other end, and the place behind it, if any.

    ``anew`` where the list is read by its parts from here on: what was told before comes again.
    """

    ids: tuple[str, ...]
    following: Place | None
    anew: bool = False


class _User(msgspec.Struct, frozen=True):
    id: str


class _Users(msgspec.Struct, frozen=True):
    """UserEntityListing, as much as is read."""

    entities: list[_User]
    total: int = 0
    pages: int = msgspec.field(name="pageCount", default=1)


def query(place: Place) -> dict[str, str | int]:
    """The parameters of a place's page; those who are gone have a history, too."""
    asked: dict[str, str | int] = {
        "state": place.state,
        "pageSize": USERS_A_PAGE,
        "pageNumber": place.number,
    }
    return {**asked, "sortOrder": "descending"} if place.ahead else asked


def is_page(body: bytes) -> bool:
    """Whether a body is a page of the list of users: a proxy's answer would else be nobody."""
    try:
        return "entities" in msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except UNREADABLE:
        return False


def told(place: Place, body: bytes) -> Told:
    """What a place's page tells. MalformedAnswer where it is none."""
    page = decode(body, _Users, f"GET {USER_LIST}")
    if place.state == _ANY and page.total >= WINDOW:
        return Told((), Place(state=_STATES[0]), anew=True)
    here = replace(place, total=page.total)
    ids = tuple(user.id for user in page.entities)
    if place.ahead:
        ids = ids[: max(0, page.total - place.ahead - _before(place))]
    return Told(ids, _following(here, page.pages))


def refused(place: Place) -> Place:
    """Where to go on if no page is told from this one on: by state, and at the end of each list.

    ProviderError where that was tried: there are users whom nobody is told of.
    """
    if place.state == _ANY:
        return Place(state=_STATES[0])
    if place.ahead:
        missing = place.total - place.ahead - _before(place)
        raise ProviderError(
            f"GET {USER_LIST}: of {place.total:,} users with state={place.state} "
            f"{missing:,} are not told, from neither end of the list",
            hint="What is asked for user by user cannot be complete.",
        )
    return Place(state=place.state, ahead=_before(place))


def _before(place: Place) -> int:
    """How many stand on the pages before it."""
    return (place.number - 1) * USERS_A_PAGE


def _following(place: Place, pages: int) -> Place | None:
    """The page behind one that was told; None behind the last."""
    is_met = bool(place.ahead) and place.ahead + place.number * USERS_A_PAGE >= place.total
    if place.number < pages and not is_met:
        return replace(place, number=place.number + 1)
    if place.state in _STATES[:-1]:
        return Place(state=_STATES[_STATES.index(place.state) + 1])
    return None
