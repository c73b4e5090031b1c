"""Metrics summed below a level, one column for each name: exact, or NULL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trunkline.flatten import scores
from trunkline.types import Type

_FLOAT_EXACT = 2**53  # whole numbers below it have exact sums in binary floating point
_BIGINT = 2**63
_SCORE = 10**12  # of DECIMAL(18,6)


@dataclass(frozen=True, slots=True)
class Metrics:
    """The metric rows of a page: what each is, as a place in ``names``, and its value."""

    types: Mapping[str, Type]
    place: npt.NDArray[np.int64]
    value: pa.Array
    row: npt.NDArray[np.int64]


def metrics_of(name: pa.Array, value: pa.Array, types: Mapping[str, Type]) -> Metrics:
    """The rows that have a value and a declared name."""
    place = pc.index_in(name, value_set=pa.array(list(types), pa.string()))
    wanted = pc.and_(place.is_valid(), value.is_valid())
    row = np.flatnonzero(wanted.to_numpy(zero_copy_only=False))
    places = place.filter(wanted).to_numpy().astype(np.int64)
    return Metrics(types, places, value.filter(wanted), row)


def wide(metrics: Metrics, owner: npt.NDArray[np.int64], size: int) -> dict[str, pa.Array]:
    """The sum of each metric by owner, NULL where there is none or it does not fit.

    ``owner`` has an owner below ``size`` for each row of the level the metrics were read from.
    Metrics that the page does not have are left out.
    """
    groups = owner[metrics.row]
    if pa.types.is_integer(metrics.value.type):
        values = metrics.value.to_numpy()
        if _small(values, metrics):
            return _by_numpy(metrics, groups, values, size)
    return _by_row(metrics, groups, size)


def _small(values: npt.NDArray[np.int64], metrics: Metrics) -> bool:
    """Whether no sum can leave the range of its column or lose a digit on the way."""
    sizes = np.abs(values.astype(np.float64))
    scores = [place for place, type_ in enumerate(metrics.types.values()) if type_ is Type.SCORE]
    return bool(sizes.sum() < _FLOAT_EXACT and sizes[np.isin(metrics.place, scores)].sum() < _SCORE)


def _by_numpy(
    metrics: Metrics,
    groups: npt.NDArray[np.int64],
    values: npt.NDArray[np.int64],
    size: int,
) -> dict[str, pa.Array]:
    present = np.flatnonzero(np.bincount(metrics.place, minlength=len(metrics.types)))
    column = np.zeros(len(metrics.types), np.int64)
    column[present] = np.arange(len(present))
    cell, cells = column[metrics.place] * size + groups, len(present) * size
    sums = np.bincount(cell, weights=values, minlength=cells).astype(np.int64)
    absent = np.bincount(cell, minlength=cells) == 0
    names = list(metrics.types)
    return {
        names[place]: _typed(sums[at : at + size], absent[at : at + size], metrics, names[place])
        for place, at in zip(present.tolist(), range(0, cells, size or 1), strict=False)
    }


def _typed(
    sums: npt.NDArray[np.int64], absent: npt.NDArray[np.bool_], metrics: Metrics, name: str
) -> pa.Array:
    return decimals(pa.array(sums, mask=absent), metrics.types[name])


def decimals(values: pa.Array, type_: Type) -> pa.Array:
    """Whole numbers, or scores as doubles, as a column's type. ArrowInvalid if one has no room."""
    if type_ is Type.SCORE and pa.types.is_floating(values.type):
        return scores.decimals(values)
    if not pa.types.is_integer(values.type) or type_ is Type.BIGINT:
        return values
    return values.cast(pa.decimal128(25, 6)).cast(type_.arrow)


def _by_row(metrics: Metrics, groups: npt.NDArray[np.int64], size: int) -> dict[str, pa.Array]:
    """The same in plain Python, for decimals and for numbers of any size."""
    sums: dict[int, dict[int, list[Any]]] = defaultdict(dict)
    rows: Iterable[tuple[int, int, Any]] = zip(
        metrics.place.tolist(), groups.tolist(), metrics.value.to_pylist(), strict=True
    )
    for place, group, value in rows:
        sums[place].setdefault(group, []).append(value)
    names = list(metrics.types)
    return {
        names[place]: _column(sums[place], metrics.types[names[place]], size)
        for place in sorted(sums)
    }


def _column(values: Mapping[int, list[Any]], type_: Type, size: int) -> pa.Array:
    cells = [None] * size
    for group, found in values.items():
        cells[group] = _total(found, type_)
    return pa.array(cells, type_.arrow)


def _total(values: list[Any], type_: Type) -> Any:
    total = sum(values)
    if type_ is Type.SCORE:
        return total if abs(total) < _SCORE else None
    # One fraction voids the sum, even where two of them add up to a whole number.
    return int(total) if all(map(_is_whole, values)) and -_BIGINT <= total < _BIGINT else None


def fractions(metrics: Metrics) -> int:
    """How many values of whole-number metrics are not whole."""
    if pa.types.is_integer(metrics.value.type):
        return 0
    types = list(metrics.types.values())
    rows = zip(metrics.place.tolist(), metrics.value.to_pylist(), strict=True)
    return sum(types[place] is Type.BIGINT and not _is_whole(value) for place, value in rows)


def _is_whole(number: int | Decimal) -> bool:
    """Whether a finite number has no fraction."""
    return isinstance(number, int) or number == number.to_integral_value()
