"""Keys that stay unique in a table although a payload repeats an id.

The vendor calls its ids unique and promises it nowhere: a session that stands twice below its
participant would else be two rows of one key, and everything below them would belong to both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trunkline.catalog import Holds
from trunkline.flatten.shape import Shape


def distinct(key: pa.Array, ordinal: npt.NDArray[np.int64], shape: Shape) -> tuple[pa.Array, int]:
    """The keys of a level, each once, and how many of them stood again.

    The first keeps its key; one that stands again gets ``#`` and the element's place in its list.
    A level without an id goes by place and a map has each name once: both are unique as they are.
    """
    if shape.level.id is None or shape.level.holds is Holds.MAP:
        return key, 0
    if pc.count_distinct(key, mode="all").as_py() == len(key):
        return key, 0
    return _renamed(key.to_pylist(), ordinal.tolist())


def repeated(again: Mapping[str, int], root: Shape) -> Counter[str]:
    """The counts by level as the certificate has them: ``repeated:session.sessionId``."""
    ids = {shape.level.name: shape.level.id for shape in root.walk()}
    return Counter(
        {f"repeated:{name}.{ids[name]}": count for name, count in again.items() if count}
    )


def _renamed(keys: list[str], places: list[int]) -> tuple[pa.Array, int]:
    taken, seen, again = set(keys), set[str](), 0
    for row, (key, place) in enumerate(zip(keys, places, strict=True)):
        if key in seen:
            again += 1
            keys[row] = _free(f"{key}#{place}", place, taken)
        seen.add(key)
    return pa.array(keys, pa.string()), again


def _free(key: str, place: int, taken: set[str]) -> str:
    """A key that no other element has: what stands behind the id could be another's id."""
    while key in taken:
        key = f"{key}#{place}"
    taken.add(key)
    return key
