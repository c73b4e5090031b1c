"""Named SQL statements, kept in one file so that a reviewer reads a store in one sitting.

A block starts with ``-- name`` on a line of its own and ends where the next one starts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files

_HEADING = re.compile(r"^-- ([a-z_]+)$", re.MULTILINE)


def load(package: str, filename: str) -> Mapping[str, str]:
    """The statements of a file in ``<package>/sql/``, by name."""
    text = files(package).joinpath("sql", filename).read_text(encoding="utf-8")
    _, *parts = _HEADING.split(text)
    names = parts[::2]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"{package}, {filename}: repeated statements {repeated}")
    return dict(zip(names, (part.strip() for part in parts[1::2]), strict=True))
