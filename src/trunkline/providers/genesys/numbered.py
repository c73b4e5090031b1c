"""Numbered pages that overlap: each begins with what the one before it ended with. Pure.

An item that is taken off a page which was read lets those behind it slide: the first of the next
page is on none. Where each page repeats the end of the one before it, that shows, and a list of
many pages need not be read twice to be certain of it. Pages begin at (number - 1) times their size,
so that another size is what makes them overlap: of 150 items, 1 to 100 and then 100 to 198.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from trunkline.providers import FROM_END

# Pages smaller than that hardly get on by overlapping; no list has a maximum so low.
LEAST = 16


@dataclass(frozen=True, slots=True)
class Place:
    """A page: its number, the size that is asked for, and how many of its items were told before.

    ``most`` is the largest size that a page may have; ``backwards`` where the list is read from its
    end. Pages that are ``plain`` are all of one size and repeat nothing.
    """

    number: int
    size: int
    again: int = 0
    most: int = 0
    backwards: bool = False
    plain: bool = False

    def __str__(self) -> str:
        number = -self.number if self.backwards else self.number
        return f"{number}" if self.plain else f"{number}/{self.size}/{self.again}/{self.most}"


def place(at: str | None, most: int) -> Place:
    """The page that ``following`` named, or that a reading begins with; none is above ``most``."""
    if at is None or at == FROM_END:
        return Place(1, most, most=most, backwards=at is not None)
    number, *rest = map(int, at.split("/"))
    size, again, largest = rest or (most, 0, most)
    return Place(abs(number), size, again, largest, backwards=number < 0, plain=not rest)


def behind(here: Place, items: int, told_size: int | None, window: int | None) -> Place:
    """The page behind one that had so many items.

    ``told_size`` is the one that the answer says it has. ``window`` is how many items the list is
    known to page through: pages do not reach past it before everything up to it is told.
    """
    size = min(here.size, told_size or here.size)
    most = here.most if size == here.size else max(1, size)  # else it is the largest there is
    if here.plain or most < LEAST or items < size:  # a short page, and more: it is not as it says
        return Place(here.number + 1, here.size, plain=True, backwards=here.backwards)
    end = (here.number - 1) * size + items
    limit = window if window and end < window else None
    found = _overlapping(end, most, limit) or _overlapping(end, most, None) or _adjoining(end, most)
    return replace(found, most=most, backwards=here.backwards)


def _overlapping(end: int, most: int, limit: int | None) -> Place | None:
    """The page that repeats the item before ``end`` and gets farthest beyond it."""
    sizes = [(((end - 1) // size + 1) * size, size) for size in range(1, most + 1)]
    reach, size = max((one for one in sizes if limit is None or one[0] <= limit), default=(0, 1))
    number = reach // size
    return Place(number, size, end - (number - 1) * size) if reach > end else None


def _adjoining(end: int, most: int) -> Place:
    """The largest page that begins at ``end``."""
    size = max(size for size in range(1, most + 1) if end % size == 0)
    return Place(end // size + 1, size)
