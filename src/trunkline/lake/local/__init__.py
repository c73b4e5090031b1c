"""The user's own files as tables of the schema ``local``: found anew for every statement."""

from __future__ import annotations

from trunkline.lake.local.folder import LocalFile, files_in
from trunkline.lake.local.tables import SCHEMA, LocalTable, tables_in

__all__ = ["SCHEMA", "LocalFile", "LocalTable", "files_in", "tables_in"]
