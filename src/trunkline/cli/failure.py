"""How a command ends badly: what happened, where, what to do; and the exit status."""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from trunkline.cli import stopping
from trunkline.cli.telling import silence, tell
from trunkline.errors import Interrupted, SqlError, TrunklineError, UsageError, no_space

_HOME = Path(__file__).parents[1]

RESUMABLE = (
    "What has landed is kept, and jobs under way go on at the provider. "
    "Run the same query again, or `trunkline jobs resume`, to go on where it was."
)


_STOPPED = "Query interrupted"  # DuckDB's RuntimeError where a signal comes on the main thread


def run(
    command: click.Command, args: list[str] | None, watch: Callable[[], None] = stopping.watch
) -> NoReturn:
    """Run a command; every error becomes a message on stderr and an exit status.

    ``watch`` listens for a second Ctrl-C until the process ends: for a process that is ours alone.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _own_streams()
        watch()
        status = _status(command, args)
        sys.stdout.flush()
    except (click.exceptions.Abort, KeyboardInterrupt):
        status = report(Interrupted("interrupted", hint=RESUMABLE))
    except click.ClickException as error:
        error.show(said := io.StringIO())
        tell(said.getvalue().rstrip())
        status = error.exit_code
    except TrunklineError as error:
        status = report(error)
    except BrokenPipeError:  # the reader has seen enough
        status = 0
    except Exception as error:  # noqa: BLE001
        status = _unforeseen(error)
    if not _flushed():
        silence(sys.stdout)
    sys.exit(status)


def _status(command: click.Command, args: list[str] | None) -> int:
    """Run it as ``command.main`` does, which would end the process where a reader goes away."""
    if "_TRUNKLINE_COMPLETE" in os.environ:  # a shell asks for completions
        command.main(args, prog_name="trunkline")
    try:
        with command.make_context("trunkline", sys.argv[1:] if args is None else [*args]) as ctx:
            command.invoke(ctx)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    return 0


def _own_streams() -> None:
    """See to it that no file of ours, such as a database, gets the number of a closed stream."""
    if sys.stdout is None:
        raise UsageError(
            "standard output is closed", hint="Redirect it to a file, or to /dev/null."
        )
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):  # which may be ASCII by its locale
        sys.stdout.reconfigure(errors="backslashreplace")


def _flushed() -> bool:
    """Whether all that was printed is written; there is nothing to write where it is closed."""
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except (OSError, ValueError):
        return False
    return True


def report(error: TrunklineError) -> int:
    """Print an error and its hint; its exit status."""
    tell(f"trunkline: {error.message}")
    if error.hint:
        tell(f"  {error.hint}")
    return error.exit_status


def show_position(sql: str, error: SqlError) -> None:
    """Print the line of the text that the error points at, and a caret below."""
    if error.position is None or error.position > len(sql):
        return
    before = sql[: error.position]
    number = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1)
    line = sql.split("\n")[number - 1].rstrip("\r")
    tell(f"line {number}, column {column + 1}:")
    tell(f"  {line}\n  {' ' * column}^")


def _interrupt(_signum: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _unforeseen(error: Exception) -> int:
    """What the system did to us is told as such; the rest is a defect."""
    if isinstance(error, RuntimeError) and str(error) == _STOPPED:
        return report(Interrupted("interrupted", hint=RESUMABLE))
    if isinstance(error, OSError) and not _flushed():
        return report(UsageError(f"standard output cannot be written: {error.strerror}"))
    full = no_space(error)
    return report(full) if full else _defect(error)


def _defect(error: Exception) -> int:
    """Show where a defect is, but not the values around it: they may be personal."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [(Path(f.filename), f.lineno) for f in frames if _HOME in Path(f.filename).parents]
    file, line = ours[-1] if ours else (_HOME, 0)
    place = f"{file.relative_to(_HOME.parent).as_posix()}:{line}"
    tell(f"trunkline: internal error ({type(error).__name__} at {place})")
    tell("  This is a defect of Trunkline; please report it with this line.")
    if os.environ.get("TRUNKLINE_DEBUG"):
        traceback.print_exception(error)
    return TrunklineError.exit_status
