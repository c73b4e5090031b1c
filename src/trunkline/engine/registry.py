"""Which providers there are, and the catalogue they make; nothing else names their tables."""

from __future__ import annotations

from trunkline.catalog import Catalog, Dataset
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS
from trunkline.providers.genesys.tables import TABLES


def catalog() -> Catalog:
    """The catalogue of the default organisation."""
    return Catalog("genesys", TABLES)


def details(known: Catalog) -> Dataset:
    """Conversation details, as a catalogue has them."""
    return next(d for d in known.datasets if d.name == CONVERSATION_DETAILS.name)
