"""Whatever goes wrong, as a client of PostgreSQL reads it."""

from __future__ import annotations

import traceback
from pathlib import Path

from trunkline.errors import TrunklineError, no_space
from trunkline.servers.postgres.report import Refused, Report, Severity, report_of
from trunkline.servers.postgres.session.work import Work

_HOME = Path(__file__).parents[4]


def report_for(error: Exception, work: Work) -> Report:
    """What the client is told; nothing of values that an error of ours holds by mistake."""
    if isinstance(error, Refused):
        return error.report
    if work.why and isinstance(error, TrunklineError):
        return work.stopped().report
    if isinstance(error, OSError) and (full := no_space(error)):
        error = full
    if isinstance(error, TrunklineError):
        return report_of(error)
    if _is_memory(error):
        said = "the server is short of memory at this moment"
        return Report(Severity.ERROR, "53200", said, hint="Try again; narrow the query.")
    return Report(
        Severity.ERROR,
        "XX000",
        f"internal error ({type(error).__name__} at {place_of(error)})",
        hint="This is a defect of Trunkline; please report it with this line.",
    )


def _is_memory(error: Exception) -> bool:
    """Memory that the system refused: to Python, to a new thread, or to DuckDB as it opened."""
    names = ("OutOfMemoryException", "ArrowMemoryError")
    no_thread = isinstance(error, RuntimeError) and "start new thread" in str(error)
    return isinstance(error, MemoryError) or no_thread or type(error).__name__ in names


def place_of(error: BaseException) -> str:
    """The last line of ours that an error went through."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if _HOME in Path(f.filename).parents]
    if not ours:
        return "?"
    file = Path(ours[-1].filename).relative_to(_HOME.parent).as_posix()
    return f"{file}:{ours[-1].lineno}"
