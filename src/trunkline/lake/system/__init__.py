"""The system catalogue of a PostgreSQL 15, in DuckDB: for the clients that ask what there is."""

from __future__ import annotations

from trunkline.lake.system.database import Compiled, SystemDatabase
from trunkline.lake.system.pristine import OwnType, own_types
from trunkline.lake.system.pristine import relations as own_relations
from trunkline.lake.system.session import LISTED, Session

__all__ = [
    "LISTED",
    "Compiled",
    "OwnType",
    "Session",
    "SystemDatabase",
    "own_relations",
    "own_types",
]
