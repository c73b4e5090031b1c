"""The keys of tables that are declared for an organisation, as the catalogue shows them."""

from __future__ import annotations

from collections.abc import Iterator

from trunkline.catalog import Catalog, Table
from trunkline.servers.postgres.catalogue.relations import ForeignKey


def foreign_keys_of(catalog: Catalog, table: Table) -> tuple[ForeignKey, ...]:
    """The keys of tables above: of each whose level the table's stands below, where it is a column.

    Such a key names a row of the same record, which is there when the row is. Ids of what is
    configured (queues, users) may name what was deleted, and are no foreign keys.
    """
    return tuple(_foreign_keys(catalog, table))


def _foreign_keys(catalog: Catalog, table: Table) -> Iterator[ForeignKey]:
    names = {column.name for column in table.columns}
    levels = {level.name for level in table.dataset.path(table.level)[:-1]}
    for above in catalog.of(table.dataset):
        if above.schema == table.schema and above.level in levels and above.key in names:
            yield ForeignKey((above.key,), catalog.schema_of(above), above.name, (above.key,))
