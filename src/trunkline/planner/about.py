"""What can only be asked about so many items of a list: how many requests that is, and its words.

The list is read page by page, and each page of it is asked about slice by slice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from math import ceil

from trunkline.catalog import Dataset
from trunkline.planner.listed import ListHeld


def requests(dataset: Dataset, slices: int, lists: Mapping[str, ListHeld]) -> int:
    """The fewest for so many slices of time; of a list that is not held, one page is counted."""
    if dataset.about is None:
        return slices
    held = lists.get(dataset.about.listed)
    pages = ceil(held.items / dataset.about.at_once) if held else 1
    return max(1, pages) * (1 + slices)


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
