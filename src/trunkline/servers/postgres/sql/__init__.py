"""SQL as PostgreSQL has it: cut into statements, recognised, and said again as DuckDB has it.

Pure: no input or output, no database. What a translation must know of the catalogue is passed to
it (``Facts``).
"""

from trunkline.servers.postgres.sql.commands import command_of
from trunkline.servers.postgres.sql.commands.values import Command
from trunkline.servers.postgres.sql.facts import Facts, Known, NoFacts
from trunkline.servers.postgres.sql.statement import Statement, split
from trunkline.servers.postgres.sql.translation import Translated, Where, translated

__all__ = [
    "Command",
    "Facts",
    "Known",
    "NoFacts",
    "Statement",
    "Translated",
    "Where",
    "command_of",
    "split",
    "translated",
]
