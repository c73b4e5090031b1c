"""The ids of all users, as they were at one time: read once a run, and told in a fixed order.

The list is sorted by name: while it is read, or between two of its pages, a user who gets another
name moves to a page that was read, and would be on none. So whoever asks for users by the hundred
takes them from a whole list in the order of their ids, which nobody changes.

Nobody leaves it: who is deleted is told, too.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from trunkline.errors import ProviderError, RequestRefused
from trunkline.http.client import Client
from trunkline.providers.genesys import user_pages
from trunkline.providers.genesys.user_pages import Place, Told

READINGS = 5  # of a list that changes while it is read


@dataclass(slots=True)
class _Reading:
    """What one reading told: the ids as they came, and of how many pages."""

    ids: list[str] = field(default_factory=list)
    pages: int = 0


@dataclass(slots=True)
class Everybody:
    """The users of one organisation, in the order of their ids, once somebody has asked."""

    client: Client
    _found: tuple[str, ...] | None = None
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def ids(self) -> tuple[str, ...]:
        """All of them; requests only where nobody has asked before.

        ProviderError where the list changes too often to tell who is on it, or where some of them
        are told from neither end of it.
        """
        async with self._reading:
            if self._found is None:
                self._found = tuple(sorted(await self._whole()))
        return self._found

    async def _whole(self) -> frozenset[str]:
        """Who is on the list: one page is as it was; several are if two readings tell the same."""
        before: frozenset[str] | None = None
        for _ in range(READINGS):
            reading = await self._once()
            found = frozenset(reading.ids)
            is_told_once = len(found) == len(reading.ids)
            if reading.pages == 1 or (found == before and is_told_once):
                return found
            before = found
        raise ProviderError(
            f"the list of users changed {READINGS} times while it was read",
            hint="What has landed is kept. Run it again.",
        )

    async def _once(self) -> _Reading:
        reading, place = _Reading(), Place()
        while True:
            told = await self._page(place)
            reading.pages += 1
            if told.anew:
                reading.ids.clear()
            reading.ids += told.ids
            if told.following is None:
                return reading
            place = told.following

    async def _page(self, place: Place) -> Told:
        """One page, or where to go on if the provider lets nobody page so far."""
        path, query = user_pages.USER_LIST, user_pages.query(place)
        try:
            answer = await self.client.request("GET", path, query=query, fits=user_pages.is_page)
        except RequestRefused as error:
            if error.status != user_pages.BEYOND or place.number == 1:
                raise
            then = user_pages.refused(place)
            return Told((), then, anew=then.state != place.state)
        return user_pages.told(place, answer.body)
