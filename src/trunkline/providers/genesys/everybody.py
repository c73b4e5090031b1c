"""The ids of all users, as they were at one time: read once a run, and told in a fixed order.

The list is sorted by name: while it is read, or between two of its pages, a user who gets another
name moves to a page that was read, and would be on none. So whoever asks for users by the hundred
takes them from a whole list in the order of their ids, which nobody changes.

Source: SDK 269, UserEntityListing. Nobody leaves it: who is deleted is told with ``state=any``.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import msgspec

from trunkline.errors import ProviderError
from trunkline.http.answers import UNREADABLE, decode
from trunkline.http.client import Client

USER_LIST = "/api/v2/users"
USERS_A_PAGE = 100
READINGS = 5  # of a list that changes while it is read


class _User(msgspec.Struct, frozen=True):
    id: str


class _Users(msgspec.Struct, frozen=True):
    """UserEntityListing, as much as is read."""

    entities: list[_User]
    total: int | None = None
    pages: int = msgspec.field(name="pageCount", default=1)


@dataclass(slots=True)
class Everybody:
    """The users of one organisation, in the order of their ids, once somebody has asked."""

    client: Client
    _found: tuple[str, ...] | None = None
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ids(self) -> tuple[str, ...]:
        """All of them; requests only where nobody has asked before.

        ProviderError where the list changes too often to tell who is on it.
        """
        async with self._reading:
            if self._found is None:
                self._found = tuple(sorted(await self._whole()))
        return self._found

    async def _whole(self) -> frozenset[str]:
        """Who is on the list: one page is as it was; several are if two readings tell the same."""
        before: frozenset[str] | None = None
        for _ in range(READINGS):
            pages = await self._once()
            ids = [user.id for page in pages for user in page.entities]
            found = frozenset(ids)
            if len(pages) == 1 or (found == before and len(found) == len(ids)):
                return found
            before = found
        raise ProviderError(
            f"the list of users changed {READINGS} times while it was read",
            hint="What has landed is kept. Run it again.",
        )

    async def _once(self) -> list[_Users]:
        pages: list[_Users] = []
        while not pages or len(pages) < pages[-1].pages:
            answer = await self.client.request(
                "GET", USER_LIST, query=_page(len(pages) + 1), fits=_is_page
            )
            pages.append(decode(answer.body, _Users, f"GET {USER_LIST}"))
        return pages


def _page(number: int) -> dict[str, str | int]:
    """The query of one page; those who are gone have a history, too."""
    return {"state": "any", "pageSize": USERS_A_PAGE, "pageNumber": number}


def _is_page(body: bytes) -> bool:
    """Whether a body is a page of the list: a proxy's answer would else be nobody."""
    try:
        return "entities" in msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except UNREADABLE:
        return False
