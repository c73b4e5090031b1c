"""Where settings are told: a table of the file, the variables beside it, what they say there."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

from dotenv import dotenv_values

from trunkline.errors import ConfigError

# The type of a default: how it is called, and what a TOML file may have in its place.
_KINDS: Mapping[type[Any], tuple[str, tuple[type[Any], ...]]] = {
    str: ("text", (str,)),
    int: ("a whole number", (int,)),
    float: ("a number", (int, float)),
    bool: ("true or false", (bool,)),
    Path: ("a path", (str,)),
}
_TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True)
class Source:
    """One place a value came from, for the message when it is wrong.

    ``is_text`` where it can say nothing but text, as the environment.
    """

    name: str
    value: Any
    is_text: bool


@dataclass(frozen=True, slots=True)
class Layer:
    """One table of the file, and the variables beside it; with what their names begin with."""

    file: str
    table: Any
    prefix: str
    environment: Mapping[str, str]
    variable: str

    def place(self, name: str) -> str:
        """A setting of the table, as an error names it."""
        return f"{self.prefix}{name} in {self.file}"


def dotenv_of(path: Path) -> dict[str, str]:
    """The variables of a file ``.env``, without interpolation: a secret may hold any character."""
    try:
        return {
            name: value for name, value in dotenv_values(path, interpolate=False).items() if value
        }
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error


def variables_of(text: str) -> dict[str, str]:
    """The variables that the text of such a file has."""
    found = dotenv_values(stream=StringIO(text), interpolate=False)
    return {name: value for name, value in found.items() if value}


def table_of(path: Path, *, required: bool) -> dict[str, Any]:
    """What a TOML file says; nothing where it is not there and not ``required``."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if required:
            raise ConfigError(
                f"there is no file {path}",
                hint="It is named by --config, TRUNKLINE_CONFIG or the setting policy.",
            ) from None
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error


def source_of(name: str, layer: Layer) -> Source | None:
    """What a layer says of a setting: a variable before the table; None where nothing does."""
    variable = layer.variable + name.upper()
    if value := layer.environment.get(variable):
        return Source(variable, value, is_text=True)
    if name in layer.table:
        return Source(layer.place(name), layer.table[name], is_text=False)
    return None


def converted(default: Any, source: Source) -> Any:
    """The value as the type of its default; the value itself is not repeated in an error."""
    kind = Path if isinstance(default, Path) else type(default)
    noun, accepted = _KINDS[kind]
    fits = isinstance(source.value, accepted) and isinstance(source.value, bool) == (kind is bool)
    try:
        if kind is bool and source.is_text:
            return _TRUTHS[source.value.lower()]
        if source.is_text or fits:
            return expanded(kind(source.value))
    except (KeyError, ValueError, RuntimeError):  # RuntimeError: `~name` of nobody
        pass
    raise ConfigError(f"{source.name} must be {noun}")


def expanded(value: Any) -> Any:
    """A path may start with ``~``, which no shell expands in a file."""
    return value.expanduser() if isinstance(value, Path) else value
