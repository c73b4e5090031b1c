"""Dimensions of words: those that the vendor's models list, with a label for people."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trunkline.providers.genesys import enumerations
from trunkline.types import Type
from trunkline.views import View, ViewColumn

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LABELS = {"internalmessage": "Internal message", "screenmonitoring": "Screen monitoring"} | {
    "screenshare": "Screen share",
    "cobrowse": "Co-browse",
}


def _label(word: str) -> str:
    """``conferenceTransfer`` as ``Conference transfer``."""
    words = _HUMP.sub(" ", word)
    return _LABELS.get(word, words[:1].upper() + words[1:].lower())


def _words(name: str, column: str, description: str, values: Iterable[str]) -> View:
    rows = ", ".join(f"('{word}', '{_label(word)}')" for word in sorted(values))
    return View(
        name=name,
        description=description,
        grain="one value that the provider documents",
        key=column,
        columns=(
            ViewColumn(column, Type.TEXT, f"w.{column}", "As the facts have it.", nullable=False),
            ViewColumn("label", Type.TEXT, "w.label", "In words for people.", nullable=False),
        ),
        source=f"(VALUES {rows}) w({column}, label)",
    )


MEDIA_TYPES = _words("media_types", "media_type", "Media of legs.", enumerations.MEDIA_TYPES)
DIRECTIONS = _words(
    "directions", "direction", "Directions of legs and conversations.", enumerations.DIRECTIONS
)
DISCONNECT_TYPES = _words(
    "disconnect_types",
    "disconnect_type",
    "How legs were disconnected.",
    enumerations.DISCONNECT_TYPES,
)
