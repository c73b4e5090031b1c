"""How a command ends badly: what happened, where, what to do; and the exit status."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import NoReturn

import click

from trunkline.errors import Interrupted, SqlError, TrunklineError

_HOME = Path(__file__).parents[1]

RESUMABLE = (
    "What has landed is kept, and jobs under way go on at the provider. "
    "Run the same query again, or `trunkline jobs resume`, to go on where it was."
)


def run(command: click.Command, args: list[str] | None) -> NoReturn:
    """Run a command; every error becomes a message on stderr and an exit status."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        status = command.main(args, standalone_mode=False)
    except click.exceptions.Abort:
        status = report(Interrupted("interrupted", hint=RESUMABLE))
    except KeyboardInterrupt:
        status = report(Interrupted("interrupted", hint=RESUMABLE))
    except click.ClickException as error:
        error.show()
        status = error.exit_code
    except TrunklineError as error:
        status = report(error)
    except BrokenPipeError:
        silence_stdout()
        status = 0
    except Exception as error:  # noqa: BLE001
        status = _defect(error)
    sys.exit(status if isinstance(status, int) else 0)


def report(error: TrunklineError) -> int:
    """Print an error and its hint; its exit status."""
    click.echo(f"trunkline: {error.message}", err=True)
    if error.hint:
        click.echo(f"  {error.hint}", err=True)
    return error.exit_status


def show_position(sql: str, error: SqlError) -> None:
    """Print the line of the text that the error points at, and a caret below."""
    if error.position is None or error.position > len(sql):
        return
    before = sql[: error.position]
    number = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1)
    line = sql.splitlines()[number - 1] if sql else ""
    click.echo(f"line {number}, column {column + 1}:", err=True)
    click.echo(f"  {line}\n  {' ' * column}^", err=True)


def _interrupt(_signum: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def silence_stdout() -> None:
    """Nobody can read it: let the interpreter's last flush go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _defect(error: Exception) -> int:
    """Show where a defect is, but not the values around it: they may be personal."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [(Path(f.filename), f.lineno) for f in frames if _HOME in Path(f.filename).parents]
    file, line = ours[-1] if ours else (_HOME, 0)
    place = f"{file.relative_to(_HOME.parent).as_posix()}:{line}"
    click.echo(f"trunkline: internal error ({type(error).__name__} at {place})", err=True)
    click.echo("  This is a defect of Trunkline; please report it with this line.", err=True)
    if os.environ.get("TRUNKLINE_DEBUG"):
        traceback.print_exception(error)
    return TrunklineError.exit_status
