"""A whole list, read until it is certain what it holds, or how much the provider keeps back.

One page is as the list was. Several are, where each repeats the end of the one before it; else if
they tell what was held, or the same twice in a row: an item that moves from a later page to one
that has been read is told by none of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from trunkline.catalog import Dataset
from trunkline.errors import IncompleteData, RequestRefused
from trunkline.flatten import Flattened
from trunkline.http.message import Offload
from trunkline.listing import Listing, Paging
from trunkline.providers import FROM_END, PLAIN, ListPage, Lists

READINGS = 5  # of a list that changes while it is read
GONE = (404, 410)
BEYOND = 400  # what a page past the window is refused with
EMPTY = b'{"entities":[]}'


@dataclass(slots=True)
class Reading:
    """What was read of a list. The ids are in its order.

    ``is_torn`` where a page does not go on where the one before it ended, ``is_cut`` where the
    provider refuses the next one.
    """

    pages: list[Flattened] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    is_seamless: bool = True
    is_torn: bool = False
    is_cut: bool = False

    def add(self, page: ListPage, flat: Flattened) -> None:
        """The next page."""
        again, new = page.ids[: page.overlap], page.ids[page.overlap :]
        if self.pages:
            self.is_seamless = self.is_seamless and page.overlap > 0
            self.is_torn = page.overlap > 0 and tuple(self.ids[-page.overlap :]) != again
        self.pages.append(flat)
        self.ids += new
        self.totals += [page.total] if page.total is not None else []

    @property
    def total(self) -> int:
        """How many items there were when the last page was told; 0 where that was not said."""
        return self.totals[-1] if self.totals else 0

    @property
    def is_whole(self) -> bool:
        """Whether it came to its end, and no item came twice."""
        return not (self.is_torn or self.is_cut or self.is_repeated)

    @property
    def is_proven(self) -> bool:
        """Whether this reading alone is certain to be the list."""
        return self.is_whole and self.is_seamless and self.total in (0, len(self.ids))

    @property
    def is_clean(self) -> bool:
        """Whether there were as many items as every page said."""
        return self.is_whole and set(self.totals) <= {len(self.ids)}

    @property
    def is_repeated(self) -> bool:
        """Whether an item came twice; those without an id are told apart by nobody."""
        named = [one for one in self.ids if one]
        return len(set(named)) < len(named)


def joined(front: Reading, back: Reading) -> Reading:
    """A list of which one reading has the front and one, begun at its end, the back.

    Torn where they do not fit together.
    """
    rest = back.ids[::-1]
    met = max(0, len(front.ids) + len(rest) - back.total)
    whole = Reading([*front.pages, *back.pages], [*front.ids, *rest[met:]])
    do_meet = front.ids[len(front.ids) - met :] == rest[:met]
    whole.is_torn = back.is_torn or whole.is_repeated or not do_meet
    return whole


@dataclass(slots=True)
class ListReader:
    """Reads a list, or those of its items, variants or parts, and counts the requests.

    ``flatten`` makes of a page what is kept of it; ``before`` has the ids that were told last, by
    what the list is of. ``kept_back`` are notes on what the provider has and does not tell.
    """

    provider: Lists
    dataset: Dataset
    listing: Listing
    at: datetime
    flatten: Callable[[bytes], Flattened]
    offload: Offload
    before: Callable[[str | None], frozenset[str]]
    requests: int = 0
    kept_back: list[str] = field(default_factory=list)

    async def read(self, of: str | None) -> Reading:
        """A list as it was at one time; IncompleteData where it does not stand still."""
        before: frozenset[str] | None = None
        for attempt in range(READINGS):
            reading = await self._once(of, PLAIN if attempt and self._is_numbered else None)
            is_cut = reading.is_cut and (attempt or self._is_at_window(reading))
            if self._is_too_long(of, reading) or (is_cut and self._parts(of)):
                return await self._in_parts(reading.total)
            if is_cut:
                reading = await self._beyond(of, reading)
                if not reading.is_torn:
                    return reading
            found = frozenset(reading.ids)
            as_before = reading.is_clean and found == self.before(of)
            if reading.is_proven or as_before or (reading.is_whole and found == before):
                return reading
            before = found if reading.is_whole else None
        raise IncompleteData(
            f"{self.dataset.name} changed {READINGS} times while it was read",
            hint="What was held of it is kept. Run it again.",
        )

    @property
    def _is_numbered(self) -> bool:
        return self.listing.paging is Paging.NUMBERED

    def _is_at_window(self, reading: Reading) -> bool:
        """Whether a page was refused that is known to be; else its size may be what is refused."""
        return self.listing.window is not None and len(reading.ids) >= self.listing.window

    def _is_too_long(self, of: str | None, reading: Reading) -> bool:
        """Whether a list has as much as is told of one, so that it is read in its parts."""
        window = self.listing.window
        return bool(self._parts(of)) and window is not None and reading.total >= window

    def _parts(self, of: str | None) -> tuple[str, ...]:
        """The parts that the list can be read in; none of what is a part itself."""
        return self.listing.parts[1] if self.listing.parts and of is None else ()

    async def _once(self, of: str | None, at: str | None, most: int | None = None) -> Reading:
        """One reading; no further than ``most`` items, where that is given."""
        reading = Reading()
        while True:
            try:
                page = await self.provider.listed(self.dataset, self.at, at, of)
            except RequestRefused as refused:
                if self.dataset.parent and refused.status in GONE:
                    return Reading([self.flatten(EMPTY)])
                if not (self._is_numbered and reading.pages and refused.status == BEYOND):
                    raise
                reading.is_cut = True
                return reading
            self.requests += 1
            reading.add(page, await self.offload(self.flatten, page.body))
            at = page.following
            is_enough = most is not None and len(reading.ids) >= most
            if at is None or is_enough or reading.is_torn or self._is_too_long(of, reading):
                return reading

    async def _beyond(self, of: str | None, front: Reading) -> Reading:
        """A list that goes on past what its pages reach, with what can be had from its end.

        Torn where it changed meanwhile.
        """
        if not self.listing.reverse or not front.total:
            self._keep_back(len(front.ids), front.total, of)
            return Reading(front.pages, front.ids)
        back = await self._once(of, FROM_END, front.total - len(front.ids) + 1)
        whole = joined(front, back)
        if len(whole.ids) < back.total and not whole.is_torn:
            self._keep_back(len(whole.ids), back.total, of)
        return whole

    async def _in_parts(self, total: int) -> Reading:
        """The list put together of its parts; once more where somebody seems to have moved."""
        whole = await self._each_part()
        if len(whole.ids) < total and not self.kept_back:
            whole = await self._each_part()
        if len(whole.ids) < total and not self.kept_back:
            self._keep_back(len(whole.ids), total, None)
        return whole

    async def _each_part(self) -> Reading:
        whole = Reading()
        for part in self._parts(None):
            read = await self.read(part)
            whole.pages += read.pages
            whole.ids += read.ids
        whole.ids = list(dict.fromkeys(whole.ids))
        return whole

    def _keep_back(self, told: int, total: int, of: str | None) -> None:
        """Note that the provider has more than it tells."""
        name, _ = self.listing.parts or ("", ())
        whose = f" with {name}={of}" if name and of else f" of {of}" if of else ""
        missing = f"of {total:,}{whose} are told and {total - told:,} are missing"
        said = missing if total else f"{whose} are told and more are missing".lstrip()
        self.kept_back.append(
            f"{self.dataset.name}{KEPT_BACK}{told:,} {said}: the provider lets nobody page further"
        )


KEPT_BACK = " are not whole: "
"""What says of a reason, behind the name of a list, that it is no item which could not be read."""
