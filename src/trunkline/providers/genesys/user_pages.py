"""The list of users, page by page, for what can only be asked about so many of them. Pure.

Sources: SDK 269, UserEntityListing and the parameters of GET /api/v2/users; the vendor's own client
for configuration (terraform-provider-genesyscloud, user proxy), which is told all active users and
refused with 400 past 10,000 inactive ones. So where there are as many, they are listed state by
state, and one that is refused is gone on with from its end. Who moves from a state to an earlier
one of the three meanwhile may be missed; who moves the other way, as those do who leave, comes
twice, which is once.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from trunkline.errors import CursorLost, ProviderError
from trunkline.http.answers import UNREADABLE, decode
from trunkline.providers.genesys.aggregate_datasets import ABOUT_USERS
from trunkline.providers.genesys.aggregate_slices import ANY, Place

USER_LIST = "/api/v2/users"
USERS_AT_ONCE = ABOUT_USERS.at_once
WINDOW = 10_000
BEYOND = 400  # what a page past the window is refused with
_STATES = ("active", "inactive", "deleted")


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
        "pageSize": USERS_AT_ONCE,
        "pageNumber": place.page,
    }
    return {**asked, "sortOrder": "descending"} if place.ahead else asked


def is_page(body: bytes) -> bool:
    """Whether a body is a page of the list of users: a proxy's answer would else be nobody."""
    try:
        return "entities" in msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except UNREADABLE:
        return False


def told(place: Place, body: bytes) -> Place | None:
    """The place with the users of its page; behind an empty one that is the next page.

    CursorLost where there are fewer than there were: somebody of a later page may by now stand on
    one that was read. Whoever is new only pushes others back, who then come twice, which is once.
    """
    page = decode(body, _Users, f"GET {USER_LIST}")
    if page.total < place.total:
        raise CursorLost("the list of users got shorter while it was read")
    if place.state == ANY and page.total >= WINDOW:
        return _of_state(place, _STATES[0])
    read = replace(place, pages=page.pages, total=page.total)
    if page.entities:
        return replace(read, users=tuple(user.id for user in page.entities))
    return following(read)


def following(place: Place) -> Place | None:
    """The page behind one that was told; None behind the last."""
    is_met = bool(place.ahead) and place.ahead + place.page * USERS_AT_ONCE >= place.total
    if place.page < place.pages and not is_met:
        return replace(place, page=place.page + 1, users=())
    if place.state in _STATES[:-1]:
        return _of_state(place, _STATES[_STATES.index(place.state) + 1])
    return None


def refused(place: Place) -> Place:
    """Where to go on if no page is told from this one on: by state, and at the end of each list.

    ProviderError where that was tried: there are users whom nobody is told of.
    """
    if place.state == ANY:
        return _of_state(place, _STATES[0])
    reached = (place.page - 1) * USERS_AT_ONCE
    if place.ahead:
        missing = place.total - place.ahead - reached
        raise ProviderError(
            f"GET {USER_LIST}: of {place.total:,} users with state={place.state} "
            f"{missing:,} are not told, from neither end of the list",
            hint="What is asked for user by user cannot be complete.",
        )
    return replace(place, page=1, ahead=reached, users=())


def _of_state(place: Place, state: str) -> Place:
    return replace(place, state=state, page=1, pages=1, total=0, ahead=0, users=())
