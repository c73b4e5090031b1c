"""Scores and ratios on the fast path: doubles, where no doubt is left about their six places.

Below 10^9 a double is nearer to the number as it is written than a tenth of a millionth, so that
both round to the same six places unless it is about half way between two. Those are left to the
slow path, which reads the digits.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from trunkline.types import Type

_MOST = 1e9
_MILLIONTHS = 1e6
_DOUBT = 0.3  # of a millionth, on either side of what it is rounded to


def are_sure(values: pa.Array) -> bool:
    """Whether each of the doubles can be rounded to six places as its digits would be."""
    numbers = _numbers(values)
    if not (np.abs(numbers) < _MOST).all():  # nor NaN
        return False
    millionths = numbers * _MILLIONTHS
    return bool((np.abs(millionths - np.rint(millionths)) < _DOUBT).all())


def decimals(values: pa.Array) -> pa.Array:
    """Such doubles as DECIMAL(18,6)."""
    millionths = np.rint(_numbers(values) * _MILLIONTHS).astype(np.int64)
    mask = values.is_null().to_numpy(zero_copy_only=False) if values.null_count else None
    whole = pa.array(millionths, mask=mask).cast(pa.decimal128(19, 0))
    return pa.Array.from_buffers(Type.SCORE.arrow, len(whole), whole.buffers(), offset=whole.offset)


def _numbers(values: pa.Array) -> npt.NDArray[np.float64]:
    filled = values.fill_null(0.0) if values.null_count else values
    return np.asarray(filled.to_numpy(zero_copy_only=False), np.float64)
