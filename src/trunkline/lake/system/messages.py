"""What DuckDB says of a question to the system catalogue, in PostgreSQL's words if it has some."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from trunkline.errors import (
    LimitExceeded,
    SqlError,
    TrunklineError,
    UnknownFunction,
    UnknownObject,
    UnknownRelation,
)
from trunkline.lake.beside import too_long
from trunkline.lake.messages import sql_error

_NAMED = r'\\?"[^"]*"'
_MISSING = re.compile(
    rf"(?P<what>[a-z][a-z ]*) {_NAMED} does not exist|unrecognized configuration parameter {_NAMED}"
)
_KINDS: dict[str | None, type[SqlError]] = {
    "relation": UnknownRelation,
    "function": UnknownFunction,
}


@contextmanager
def told_to_users(seconds: float, memory: str) -> Iterator[None]:
    """Errors of DuckDB as ours; what fails while batches are read comes from Arrow as OSError."""
    try:
        yield
    except MemoryError as error:
        raise _no_memory(memory) from error
    except (duckdb.Error, OSError) as error:
        raise _meaning(str(error), seconds, memory) from error


def _meaning(message: str, seconds: float, memory: str) -> TrunklineError:
    if message.startswith("INTERRUPT Error"):
        return too_long(seconds)
    if message.startswith("Out of Memory Error"):
        return _no_memory(memory)
    if found := _MISSING.search(message):
        return _KINDS.get(found["what"], UnknownObject)(found[0].replace("\\", ""))
    return sql_error(message, "", ())


def _no_memory(memory: str) -> LimitExceeded:
    return LimitExceeded(f"the question to the catalogue needs more memory than {memory}")
