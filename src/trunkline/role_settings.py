"""``[roles.analyst]`` of the settings: what a role may use, and reads beside its default."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

from trunkline.catalog import closest, folded
from trunkline.errors import ConfigError
from trunkline.layers import Layer, Source, converted
from trunkline.roles import ROLES, Grants, ReaderLimits, Role, RoleSettings

LIMITS: Mapping[str, str] = {
    item.metadata["setting"]: item.name for item in fields(ReaderLimits)
}  # by the setting that each stands for
_GRANTS = ("grant", "revoke")
_BOUNDS = {
    "rows": (0, 10**12),
    "seconds": (1, 10**9),
    "requests": (0, 10**9),
    "numbers": (0, 10**9),
}

CheckMemory = Callable[[str], None]


def describe_role() -> tuple[tuple[str, str], ...]:
    """What a table of a role may say: name and description."""
    limits = ((f.metadata["setting"], f.metadata["description"]) for f in fields(ReaderLimits))
    return (
        *limits,
        ("grant", "schemas, tables and columns that are open beside the role's default"),
        ("revoke", "those that are closed; `all` for everything"),
    )


def roles_of(told: Any, file: str, check_memory: CheckMemory) -> dict[Role, RoleSettings]:
    """What a table ``roles`` says, by role; ConfigError where it cannot be used."""
    if not isinstance(told, dict):
        raise ConfigError(f"{file}: [roles] must be a table of tables")
    return {
        role_named(name, file): _settings(f"roles.{name}.", table, file, check_memory)
        for name, table in told.items()
    }


def limits_of(
    values: Mapping[str, Any],
    place: Callable[[str], str],
    check_memory: CheckMemory,
    *,
    is_text: bool = False,
) -> ReaderLimits:
    """Limits by the names of their settings; ``place`` names one in an error.

    ConfigError where a value cannot be one. ``is_text`` where they are text, as of a command.
    """
    found: dict[str, Any] = {}
    for setting, value in values.items():
        name = LIMITS[setting]
        default = "" if name == "memory" else 0
        limit = found[name] = converted(default, Source(place(setting), value, is_text))
        if name not in _BOUNDS:
            check_memory(limit)
            continue
        least, most = _BOUNDS[name]
        if not least <= limit <= most:
            raise ConfigError(f"{place(setting)} must be between {least:,} and {most:,}")
    return ReaderLimits(**found)


def role_named(name: str, file: str = "") -> Role:
    """The role of a name, which may stand in a file; ConfigError where there is none."""
    if name not in ROLES:
        near = closest(name, ROLES)
        raise ConfigError(
            f"{file}: there is no role {name}" if file else f"there is no role {name}",
            hint=f"Did you mean {near}?" if near else f"There are {', '.join(ROLES)}.",
        )
    return Role(name)


def _settings(prefix: str, table: Any, file: str, check_memory: CheckMemory) -> RoleSettings:
    layer = Layer(file, table, prefix, {}, "")
    if not isinstance(table, dict):
        raise ConfigError(f"{file}: [{prefix.rstrip('.')}] must be a table")
    for name in table:
        if name not in LIMITS and name not in _GRANTS:
            near = closest(name, (*LIMITS, *_GRANTS))
            raise ConfigError(
                f"{file}: there is no setting {prefix}{name}",
                hint=f"Did you mean {prefix}{near}?" if near else None,
            )
    told = {name: value for name, value in table.items() if name in LIMITS}
    limits = limits_of(told, layer.place, check_memory)
    granted, revoked = (_names(table.get(name, []), layer.place(name)) for name in _GRANTS)
    if both := sorted(granted & revoked):
        raise ConfigError(f"{layer.place('grant')}: {both[0]} is revoked as well")
    return RoleSettings(limits, Grants(granted, revoked))


def _names(value: Any, place: str) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) and name for name in value):
        raise ConfigError(f"{place} must be a list of names", hint='For example ["sessions.ani"].')
    return frozenset(map(folded, value))
