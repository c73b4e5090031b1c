"""What DuckDB says of a question to the system catalogue, in PostgreSQL's words where it has some."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from trunkline.errors import LimitExceeded, TrunklineError, UnknownFunction, UnknownRelation
from trunkline.lake.beside import too_long
from trunkline.lake.messages import sql_error

_MISSING = re.compile(r'(?P<what>relation|function) \\?"[^"]*\\?" does not exist')


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
        kind = UnknownRelation if found["what"] == "relation" else UnknownFunction
        return kind(found[0].replace("\\", ""))
    return sql_error(message, "", ())


def _no_memory(memory: str) -> LimitExceeded:
    return LimitExceeded(f"the question to the catalogue needs more memory than {memory}")
