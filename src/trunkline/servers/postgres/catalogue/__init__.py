"""What drivers and tools ask a PostgreSQL about itself, with our relations in it."""

from __future__ import annotations

from trunkline.servers.postgres.catalogue.facts import CatalogueFacts
from trunkline.servers.postgres.catalogue.relations import (
    TABLE,
    VIEW,
    ColumnShown,
    ForeignKey,
    RelationShown,
    RoleShown,
    column_shown,
)
from trunkline.servers.postgres.catalogue.system import SessionFacts, SystemCatalogue, SystemSession

__all__ = [
    "TABLE",
    "VIEW",
    "CatalogueFacts",
    "ColumnShown",
    "ForeignKey",
    "RelationShown",
    "RoleShown",
    "SessionFacts",
    "SystemCatalogue",
    "SystemSession",
    "column_shown",
]
