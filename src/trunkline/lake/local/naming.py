"""Names of files and of their columns as SQL writes them: in snake_case."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_WORD = re.compile(r"[\W_]+")


def snake(text: str) -> str:
    """``Cost Centre (EUR)`` and ``CostCentreEur`` as ``cost_centre_eur``.

    Accents fall away, other letters stay. A digit in front has an underscore before it; where no
    letter and no digit is left, there is no name.
    """
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    words = _NO_WORD.sub("_", _HUMP.sub("_", plain)).strip("_").lower()
    return f"_{words}" if words[:1].isdigit() else words


def clashes(names: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Each name that stands for several, with what was written for it, of pairs of both."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, written in names:
        found[name].append(written)
    return {name: written for name, written in found.items() if len(written) > 1}
