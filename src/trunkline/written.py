"""Accounts as they are written into ``trunkline.toml``, and variables into ``.env``. Texts only.

What stands there already stays as it is, comments too. Each new text is read back before it is
handed out: where it does not say what it should, it is a ConfigError, and the file is the user's.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from trunkline.errors import ConfigError
from trunkline.layers import variables_of
from trunkline.organizations import GENESYS

ACCOUNT = (
    "region", "org", "client_id", "client_secret", "client_secret_file", "client_secret_keyring",
)  # fmt: skip
_HEADER = re.compile(r"\s*\[")
_KEY = re.compile(r"""\s*(?:"(?P<quoted>\w+)"|'(?P<literal>\w+)'|(?P<bare>\w+))\s*=""")
_BY_HAND = "Change it by hand; nothing has been written."
_UNSAFE = {'"': '\\"', "\\": "\\\\"}


def account_of(told: Mapping[str, Any], organization: str) -> Mapping[str, Any] | None:
    """The table of an organisation in what a file says; None where it has none."""
    others = told.get("organizations")
    within = others.get(organization) if isinstance(others, dict) else None
    found = told.get(GENESYS) if within is None and organization == GENESYS else within
    return found if isinstance(found, dict) else None


def with_account(text: str, organization: str, account: Mapping[str, str]) -> str:
    """The text of a file with an account in the place of the one of that name, or at its end.

    Settings of the table that are no part of the account stay.
    """
    told = tomllib.loads(text)
    within = organization in told.get("organizations", {}) or organization != GENESYS
    path = f"organizations.{organization}" if within else organization
    lines = [f"{name} = {_quoted(value)}" for name, value in account.items()]
    if account_of(told, organization) is None:
        head = f"{text.rstrip()}\n\n" if text.strip() else ""
        new = head + "\n".join((f"[{path}]", *lines, ""))
    else:
        new = "\n".join(_replaced(text.splitlines(), path, lines)) + "\n"
    _require(new, _expected(told, path, account))
    return new


def with_variable(text: str, name: str, value: str) -> str:
    """The text of a ``.env`` with a variable, at its end, and no other of that name."""
    line = f"{name}={_single(value)}"
    found = re.compile(rf"\s*(?:export\s+)?{re.escape(name)}\s*=")
    kept = [one for one in text.splitlines() if not found.match(one)]
    new = "\n".join((*kept, line, ""))
    if variables_of(new) != {**variables_of(text), name: value}:
        raise ConfigError(f".env cannot be given the variable {name}", hint=_BY_HAND)
    return new


def _replaced(lines: list[str], path: str, account: list[str]) -> Iterator[str]:
    """The lines of a file, with those of one table's account instead of what was there."""
    header = re.compile(rf"\s*\[\s*{re.escape(path)}\s*\]\s*(?:#.*)?\Z")
    inside = False
    for line in lines:
        if _HEADER.match(line):
            inside = bool(header.match(line))
        key = _KEY.match(line)
        if inside and key and (key["quoted"] or key["literal"] or key["bare"]) in ACCOUNT:
            continue
        yield line
        if inside and header.match(line):
            yield from account


def _expected(told: Mapping[str, Any], path: str, account: Mapping[str, str]) -> Mapping[str, Any]:
    first, _, rest = path.partition(".")
    if rest:
        return {**told, first: _expected(told.get(first, {}), rest, account)}
    kept = {name: value for name, value in told.get(path, {}).items() if name not in ACCOUNT}
    return {**told, path: {**kept, **account}}


def _require(text: str, expected: Mapping[str, Any]) -> None:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        found = {}
    if found != expected:
        raise ConfigError(
            "the configuration is written in a way that this account cannot be put into",
            hint=_BY_HAND,
        )


def _quoted(value: str) -> str:
    """A basic string of TOML."""
    escaped = "".join(
        _UNSAFE.get(one) or (one if one.isprintable() else f"\\U{ord(one):08x}") for one in value
    )
    return f'"{escaped}"'


def _single(value: str) -> str:
    """A text of ``.env`` in which nothing has a meaning of its own."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
