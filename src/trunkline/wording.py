"""How numbers are said to people."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 day``, ``1,234 days``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
