"""What DuckDB says of one file before anything of it is a table: a session that reads it alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from trunkline.lake.relation import literal

MEMORY = "1GB"


class NoTable(Exception):
    """The file is no table, with the reason in words for a user."""


@contextmanager
def alone_with(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that can open one file; types leave it as Arrow without loss."""
    with duckdb.connect(":memory:") as connection:
        for setting in (
            f"memory_limit = {literal(MEMORY)}",
            "temp_directory = ''",
            "enable_progress_bar = false",
            "arrow_lossless_conversion = true",
            "python_enable_replacements = false",
            "autoinstall_known_extensions = false",
            "autoload_known_extensions = false",
            f"allowed_paths = [{literal(str(path))}]",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            connection.execute(f"SET {setting}")
        yield connection
