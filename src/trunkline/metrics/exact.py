"""Quotients as exact decimals: DuckDB's own ``/`` and ``avg`` answer in binary floating point."""

from __future__ import annotations


def quotient(dividend: str, divisor: str) -> str:
    """SQL of two whole numbers: their quotient as DECIMAL(18,6), halves up; NULL where by 0.

    Both are at least 0. What is divided is twice as many millionths, as a whole number of 128 bits.
    """
    millionths = f"(CAST({dividend} AS HUGEINT) * 2000000 + {divisor}) // nullif({divisor} * 2, 0)"
    return f"CAST(CAST({millionths} AS BIGINT) * 0.000001 AS DECIMAL(18,6))"
