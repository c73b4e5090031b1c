"""Which providers there are, and the catalogue they make; nothing else names their tables."""

from __future__ import annotations

from trunkline.catalog import Catalog
from trunkline.providers.genesys.tables import TABLES


def catalog() -> Catalog:
    """The catalogue of the default organisation."""
    return Catalog("genesys", TABLES)
