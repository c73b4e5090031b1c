"""Where a command has a password from: a file, the terminal, or chance. Never from an argument."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path

import click

from trunkline import private
from trunkline.cli.telling import put, tell
from trunkline.errors import UsageError
from trunkline.servers.postgres.passwords import MOST, generated, verifier_of

FILE = click.option(
    "--password-file", metavar="FILE", help="File with the password alone in it; - for stdin."
)
GENERATE = click.option("--generate", is_flag=True, help="Make a password, and print it once.")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is kept of a password; and the password where it has to be shown."""

    verifier: str
    generated: str | None = field(default=None, repr=False)

    def show(self, user: str) -> None:
        """Print it, once, if chance made it."""
        if self.generated:
            tell(f"the password of {user}, which is shown this once:")
            put(self.generated)


def chosen(user: str, file: str | None, *, generate: bool) -> Chosen:
    """The password that a user is to have; asked for twice where nothing says where it is."""
    if file and generate:
        raise UsageError("--password-file and --generate exclude one another")
    if generate:
        password = generated()
        return Chosen(verifier_of(user, password), password)
    return Chosen(verifier_of(user, _of_file(file) if file else _typed(user)))


def _typed(user: str) -> str:
    if not sys.stdin.isatty():
        raise UsageError(
            "there is no terminal to ask for the password on",
            hint="Name a file with --password-file (- for standard input), or take --generate.",
        )
    password: str = click.prompt(
        f"Password of {user}", hide_input=True, confirmation_prompt="Once more", err=True
    )
    return password


def _of_file(name: str) -> str:
    """What is in a file, without the end of its only line."""
    try:
        text = sys.stdin.read(MOST + 2) if name == "-" else _read(Path(name))
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{name} is not UTF-8") from None
    password = text.removesuffix("\n").removesuffix("\r")
    if not password or "\n" in password:
        raise UsageError(f"{name} must hold the password alone, on one line")
    return password


def _read(path: Path) -> str:
    if mode := private.open_to_others(path):
        tell(f"notice: others can read {path} (mode {mode})")
    with path.open(encoding="utf-8", newline="") as file:
        return file.read(MOST + 2)
