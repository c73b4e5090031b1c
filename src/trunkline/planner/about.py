"""What can only be asked about so many items of a list: how many requests that is, and its words.

The list is read page by page before anything else; then each so many of its items are asked about
slice by slice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import ceil

from trunkline.catalog import Dataset
from trunkline.planner.listed import ListHeld


def requests(dataset: Dataset, slices: int, lists: Mapping[str, ListHeld]) -> int:
    """The fewest for so many slices of time, the list being known; one page where none is held."""
    return slices * _pages(dataset, lists) if dataset.about else slices


def readings(asked: Iterable[Dataset], lists: Mapping[str, ListHeld]) -> int:
    """The fewest to read the lists that datasets are about: each once for all of them.

    One of several pages is read twice, to be certain of it.
    """
    whose = {dataset.about.listed: dataset for dataset in asked if dataset.about}
    pages = (_pages(dataset, lists) for dataset in whose.values())
    return sum(2 * many if many > 1 else 1 for many in pages)


def _pages(dataset: Dataset, lists: Mapping[str, ListHeld]) -> int:
    held = lists.get(dataset.about.listed) if dataset.about else None
    return max(1, ceil(held.items / dataset.about.at_once)) if held and dataset.about else 1


def words(asked: Iterable[Dataset], lists: Mapping[str, ListHeld]) -> Iterator[str]:
    """What EXPLAIN says of each that is about the items of a list."""
    for dataset in asked:
        if dataset.about is None:
            continue
        whom, held = dataset.about.listed, lists.get(dataset.about.listed)
        how = f"{dataset.name} is asked for by {dataset.about.at_once} {whom} at a time"
        if held:
            yield f"{how}: {held.items:,} of them are held."
        else:
            yield (
                f"{how}. Nothing held tells how many there are, and no more are counted; "
                f"`trunkline sync {whom}` tells."
            )
