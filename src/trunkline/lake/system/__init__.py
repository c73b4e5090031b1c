"""The system catalogue of a PostgreSQL 15, in DuckDB: for the clients that ask what there is."""

from __future__ import annotations

from trunkline.lake.system.database import Compiled, SystemDatabase
from trunkline.lake.system.session import Session

__all__ = ["Compiled", "Session", "SystemDatabase"]
