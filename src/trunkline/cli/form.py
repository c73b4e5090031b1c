"""The integration form as a dialogue: what no flag says is asked for, on a terminal."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from trunkline import private
from trunkline.cli.telling import tell
from trunkline.engine.onboarding import Field, region_of, wrong
from trunkline.errors import ConfigError, UsageError

OPTIONS = {
    Field.REGION: "--region",
    Field.SHORT_NAME: "--short-name",
    Field.CLIENT_ID: "--client-id",
    Field.SECRET: "--secret-file",
}
STDIN = "-"
_MOST = 65_536  # characters of a secret


@dataclass(frozen=True, slots=True)
class Form:
    """What is filled in. ``secret_file`` is where the secret was read from, if it can be again."""

    region: str = ""
    short_name: str = ""
    client_id: str = ""
    secret: str = field(default="", repr=False)
    secret_file: str = ""


def is_dialogue() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


def filled(given: Form, known: Mapping[Field, str], variable: str) -> Form:
    """The form with what is still missing: as the settings have it, or asked for.

    ``known`` is what variables say already; ``variable`` what their names begin with. UsageError
    where there is nobody to ask, naming the option.
    """
    form = _checked(
        replace(
            given,
            region=given.region or known.get(Field.REGION, ""),
            short_name=given.short_name or known.get(Field.SHORT_NAME, ""),
            client_id=given.client_id or known.get(Field.CLIENT_ID, ""),
            secret=given.secret or known.get(Field.SECRET, ""),
        )
    )
    missing = tuple(one for one in Field if not _value(form, one))
    if missing and not is_dialogue():
        named = ", ".join(OPTIONS[one] for one in missing)
        raise UsageError(
            f"there is no terminal to ask on, and not given: {named}",
            hint=_instead(missing, variable),
        )
    return asked(form, missing)


def _instead(missing: tuple[Field, ...], variable: str) -> str:
    names = ", ".join(f"{variable}{one.value.upper()}" for one in missing)
    return f"Give them, or set {names}. The secret is never an argument: a file, or - for stdin."


def _checked(form: Form) -> Form:
    try:
        return replace(form, region=region_of(form.region)) if form.region else form
    except ConfigError as error:
        raise wrong(error, (Field.REGION,)).error from None


def asked(form: Form, fields: tuple[Field, ...], *, shown: bool = False) -> Form:
    """The form with these fields asked for; what they had is offered, but for the secret.

    ``shown`` where it has just been said where Genesys Cloud has them.
    """
    for one in fields:
        if not shown:
            tell(f"\n{_folded(f'{one.label}: {one.place}.')}", dim=True)
        form = _ASK[one](form)
    return form


def _folded(text: str) -> str:
    columns = shutil.get_terminal_size().columns
    return textwrap.fill(text, columns, break_on_hyphens=False)


def _ask_region(form: Form) -> Form:
    return replace(form, region=_prompt(Field.REGION, form.region, _region))


def _ask_short_name(form: Form) -> Form:
    return replace(form, short_name=_prompt(Field.SHORT_NAME, form.short_name, str.strip))


def _ask_client_id(form: Form) -> Form:
    return replace(form, client_id=_prompt(Field.CLIENT_ID, form.client_id, str.strip))


def _ask_secret(form: Form) -> Form:
    said = click.prompt(f"{Field.SECRET.label} (not shown)", hide_input=True, err=True)
    return replace(form, secret=said.strip(), secret_file="")


_ASK: Mapping[Field, Callable[[Form], Form]] = {
    Field.REGION: _ask_region,
    Field.SHORT_NAME: _ask_short_name,
    Field.CLIENT_ID: _ask_client_id,
    Field.SECRET: _ask_secret,
}


def _prompt(of: Field, before: str, read: Callable[[str], str]) -> str:
    found: str = click.prompt(of.label, default=before or None, value_proc=read, err=True)
    return found


def _region(text: str) -> str:
    try:
        return region_of(text)
    except ConfigError as error:
        raise click.UsageError(f"{error.message}: {error.hint}.") from None


def _value(form: Form, of: Field) -> str:
    return {
        Field.REGION: form.region,
        Field.SHORT_NAME: form.short_name,
        Field.CLIENT_ID: form.client_id,
        Field.SECRET: form.secret,
    }[of]


def secret_of(name: str) -> str:
    """What is in a file, or on stdin for ``-``, without the end of its only line."""
    try:
        text = sys.stdin.read(_MOST + 1) if name == STDIN else _read(Path(name))
    except OSError as error:
        raise UsageError(f"--secret-file {name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"--secret-file {name} is not UTF-8") from None
    secret = text.removesuffix("\n").removesuffix("\r")
    if not secret or "\n" in secret or len(secret) > _MOST:
        raise UsageError(f"--secret-file {name} must hold the secret alone, on one line")
    return secret


def _read(path: Path) -> str:
    if mode := private.open_to_others(path):
        tell(f"notice: others can read {path} (mode {mode})")
    with path.open(encoding="utf-8") as file:
        return file.read(_MOST + 1)
