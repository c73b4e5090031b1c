"""``trunkline init``: the integration form, filled in, tried and written down."""

from __future__ import annotations

import asyncio
import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from trunkline.cli.asked import require_place
from trunkline.cli.failure import report
from trunkline.cli.form import STDIN, Form, asked, filled, is_dialogue, secret_of
from trunkline.cli.telling import put, tell
from trunkline.config import GenesysSettings, Settings, file_of, load
from trunkline.engine.onboarding import Field, Introduced, Wrong, introduced
from trunkline.engine.registry import catalogs
from trunkline.engine.seams import real
from trunkline.errors import ConfigError, UsageError
from trunkline.layers import dotenv_of
from trunkline.organizations import GENESYS, checked_name, prefix_of
from trunkline.secrets import has_keyring, keep, secret, sources
from trunkline.written import account_of, with_account, with_variable

KEYRING, DOTENV, CONFIG = "keyring", "dotenv", "config"
_CHOICES = {"c": "correct it", "w": "write it all the same", "s": "stop"}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where it is written: the file and what it says now, and the variables in force."""

    file: Path
    text: str
    environment: Mapping[str, str]
    organization: str

    @property
    def told(self) -> Mapping[str, Any]:
        return tomllib.loads(self.text)

    @property
    def variable(self) -> str:
        return prefix_of(self.organization)


@click.command("init")
@click.option("--region", metavar="REGION", help="Code, AWS region, login URL or domain.")
@click.option("--short-name", metavar="NAME", help="Short name of the organisation in Genesys.")
@click.option("--client-id", metavar="ID", help="Id of the OAuth client.")
@click.option(
    "--secret-file", metavar="FILE", help="File with its secret alone in it; - for stdin."
)
@click.option(
    "--keep-secret",
    type=click.Choice((KEYRING, DOTENV, CONFIG)),
    help="Where the secret goes: the system's keyring, .env, or the configuration itself. By "
    "default it stays where it is, in a variable or a file of its own; one that was typed goes to "
    "the keyring, or to .env where there is none.",
)
@click.option("--name", metavar="NAME", help="Your name for it, if it is one of several: a schema.")
@click.option("--replace", "is_replaced", is_flag=True, help="Replace the account of that name.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    *,
    secret_file: str | None,
    keep_secret: str | None,
    name: str | None,
    is_replaced: bool,
    **given: str | None,
) -> None:
    """Fill in the integration form: connect an organisation and write it to trunkline.toml.

    On a terminal it asks for what no option says. It connects and compares the short name before
    anything is written; what is wrong is named by its field, with where Genesys Cloud shows it. A
    secret is never an option: it is asked for, or is in a file, on stdin or in the variable
    GENESYS_CLIENT_SECRET. What trunkline.toml says already stays; --name adds an organisation.

    Example:

    \b
        trunkline init
        trunkline init --region eu_central_1 --short-name acme --client-id ID --secret-file FILE
        trunkline init --name globex --region au --short-name globex --client-id ID --secret-file -
    """
    place = _place(ctx, name)
    _require_free(place, is_replaced=is_replaced)
    if is_dialogue():
        tell("The integration form. Nothing is written before it has connected; Ctrl-C stops.")
    form = Form(
        given["region"] or "",
        given["short_name"] or "",
        given["client_id"] or "",
        secret_of(secret_file) if secret_file else "",
        str(Path(secret_file).resolve()) if secret_file and secret_file != STDIN else "",
    )
    form = filled(form, _known(place), place.variable)
    form, found = _tried(ctx, place, form)
    kept = _way(place, form, keep_secret)
    _write(place, form, kept)
    _tell(place, form, kept, found)
    if isinstance(found, Wrong):
        ctx.exit(found.error.exit_status)


def _place(ctx: click.Context, name: str | None) -> _Place:
    config = Path(ctx.obj) if ctx.obj else None
    file = file_of(os.environ, directory=Path.cwd(), config=config)
    require_place(file)
    text = _text_of(file)
    environment = dotenv_of(Path.cwd() / ".env") | {k: v for k, v in os.environ.items() if v}
    try:
        others = tomllib.loads(text).get("organizations")
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file} cannot be read: {error}") from error
    if name is None and others:
        name = _asked_name(file, others)
    return _Place(file, text, environment, checked_name(name) if name else GENESYS)


def _text_of(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file} cannot be read: {error}") from error


def _asked_name(file: Path, others: Mapping[str, Any]) -> str:
    """Names without a schema mean the first organisation: which this is to be has to be said."""
    there = f"{file} has {', '.join(others)} already"
    if not is_dialogue():
        raise UsageError(f"{there}, and not given: --name", hint="Name the new one: --name acme.")
    found: str = click.prompt(f"{there}. Your name for this one (a schema)", err=True)
    return found


def _require_free(place: _Place, *, is_replaced: bool) -> None:
    """Nothing that is there is replaced without being asked for."""
    if is_replaced or account_of(place.told, place.organization) is None:
        return
    there = f"{place.file} has an account for {place.organization} already"
    if not is_dialogue():
        raise UsageError(there, hint="Replace it with --replace, or add another with --name.")
    click.confirm(f"{there}. Replace it?", abort=True, err=True)


def _known(place: _Place) -> Mapping[Field, str]:
    """What variables say: it is as good as an option."""
    said = {field: place.environment.get(place.variable + field.value.upper()) for field in Field}
    told = {field: value for field, value in said.items() if value}
    return told | {Field.SECRET: secret(_variables(place), Field.SECRET.value)}


def _variables(place: _Place) -> GenesysSettings:
    """The ways to the secret that variables name."""
    ways = sources(Field.SECRET.value)
    said = {way: place.environment.get(place.variable + way.upper(), "") for way in ways}
    return GenesysSettings(**said)


def _tried(ctx: click.Context, place: _Place, form: Form) -> tuple[Form, Introduced | Wrong]:
    """The form, corrected until it leads somewhere, or until whoever is there has had enough."""
    while True:
        settings = _settings(place, form)
        tell(f"Connecting in {form.region} ...")
        found = asyncio.run(introduced(settings, real()))
        if isinstance(found, Introduced):
            return replace(form, short_name=found.short_name), found
        status = report(found.error)
        if not is_dialogue():
            tell("Nothing has been written.")
            ctx.exit(status)
        choices = ", ".join(f"{letter}: {words}" for letter, words in _CHOICES.items())
        chosen = click.prompt(
            choices, type=click.Choice([*_CHOICES]), default="c", show_choices=False, err=True
        )
        if chosen == "s":
            tell("Nothing has been written.")
            ctx.exit(status)
        if chosen == "w":
            return form, found
        form = asked(form, found.fields, shown=True)


def _settings(place: _Place, form: Form) -> Settings:
    """What will be in force once it is written; UsageError where a variable says otherwise."""
    text = with_account(place.text, place.organization, _account(form, {}))
    whole = load(os.environ, directory=Path.cwd(), config=place.file, text=text)
    catalogs(whole)  # or ConfigError: SQL may keep the name for itself
    mine = next(each for each in whole.each if each.organization == place.organization)
    for field, wanted in _account(form, {}).items():
        if getattr(mine.genesys, field) != wanted:
            variable = f"{place.variable}{field.upper()}"
            raise UsageError(
                f"the variable {variable} says something else, and would win over the file",
                hint=f"Unset {variable} (it may stand in .env), or give the same.",
            )
    none = dict.fromkeys(sources(Field.SECRET.value), "")
    genesys = replace(mine.genesys, **(none | {Field.SECRET.value: form.secret}))
    return replace(mine, genesys=genesys)


def _account(form: Form, way: Mapping[str, str]) -> dict[str, str]:
    """The account as the file is to have it."""
    fields = {"region": form.region, "org": form.short_name, "client_id": form.client_id}
    return {**fields, **way}


def _way(place: _Place, form: Form, wish: str | None) -> str:
    """Where the secret is kept; an empty text where it stays what it was read from."""
    in_force = secret(_variables(place), Field.SECRET.value)
    in_dotenv = f"{place.variable}CLIENT_SECRET" not in os.environ and wish in (None, DOTENV)
    if in_force not in ("", form.secret) and not in_dotenv:
        raise UsageError(
            f"a variable {place.variable}CLIENT_SECRET… has another secret, and would win",
            hint="Unset it (it may stand in .env), or give the same.",
        )
    if in_force not in ("", form.secret):
        return DOTENV
    if wish or form.secret_file or in_force:
        return wish or ""
    default = KEYRING if has_keyring() else DOTENV
    if not is_dialogue():
        return default
    found: str = click.prompt(
        "Where is the secret to be kept", type=click.Choice((KEYRING, DOTENV, CONFIG)),
        default=default, err=True,
    )  # fmt: skip
    return found


def _write(place: _Place, form: Form, kept: str) -> None:
    """The secret first: a configuration without one would be of no use."""
    way: dict[str, str] = {}
    if kept == KEYRING:
        way["client_secret_keyring"] = _entry(form)
        keep(_entry(form), form.secret)
    elif kept == DOTENV:
        dotenv = Path.cwd() / ".env"
        variable = f"{place.variable}CLIENT_SECRET"
        _put(dotenv, with_variable(_text_of(dotenv), variable, form.secret), is_secret=True)
    elif kept == CONFIG:
        way["client_secret"] = form.secret
    elif form.secret_file:
        way["client_secret_file"] = form.secret_file
    text = with_account(place.text, place.organization, _account(form, way))
    _put(place.file, text, is_secret=kept == CONFIG)


def _entry(form: Form) -> str:
    """Of the keyring: two folders may each have a configuration, so it is named by the client."""
    return f"trunkline/{form.client_id}"


def _put(file: Path, text: str, *, is_secret: bool) -> None:
    """Write a whole file at once: its owner's alone, or, without a secret, with the mode it had."""
    whole = file.resolve()
    new = whole.with_name(f"{whole.name}.new")
    try:
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as opened:
            opened.write(text.encode())
        if whole.exists() and not is_secret:
            new.chmod(stat.S_IMODE(whole.stat().st_mode))
        new.replace(whole)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise UsageError(f"{file} cannot be written: {error.strerror}") from error


def _tell(place: _Place, form: Form, kept: str, found: Introduced | Wrong) -> None:
    """Who it is, what was written, and what to do next."""
    if isinstance(found, Introduced):
        named = f"{found.organization} (short name {found.short_name})"
        put(f"Connected to {named} in {form.region}, as the client {found.client}.")
    where = {
        KEYRING: f"in the keyring, as {_entry(form)}",
        DOTENV: "in .env, which you alone can read",
        CONFIG: f"in {place.file.name} itself, which you alone can read",
        "": f"where it was: {form.secret_file or f'the variable {place.variable}CLIENT_SECRET'}",
    }[kept]
    put(f"Wrote {place.file}: the account of {place.organization}. The secret is {where}.")
    org = "" if place.organization == GENESYS else f" --org {place.organization}"
    put(f"Next: trunkline doctor{org}")
