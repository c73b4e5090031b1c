"""Where a secret comes from: a setting of its own, a file, or the system's keyring.

A setting ``client_secret`` has two beside it: ``client_secret_file`` names a file that holds the
secret and nothing else, ``client_secret_keyring`` an entry of the keyring. They are read when the
secret is needed, so that a command which needs none asks nobody to unlock anything. No error
repeats what was read, or is to be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from trunkline.errors import ConfigError

FILE, KEYRING = "_file", "_keyring"
_MOST = 65_536  # characters
_NO_LIBRARY = (
    "Install it (pip install 'trunkline[keyring]'), or keep the secret in a file that the setting "
    "{name}_file names."
)
_NO_BACKEND = (
    "On Linux it is the Secret Service of a desktop session (GNOME Keyring, KWallet). On a server, "
    "keep the secret in a file that the setting {name}_file names."
)


def names_of(settings: Any) -> tuple[str, ...]:
    """The settings that are secrets themselves."""
    return tuple(item.name for item in fields(settings) if item.metadata.get("secret"))


def sources(name: str) -> tuple[str, str, str]:
    """The settings that can tell a secret."""
    return name, name + FILE, name + KEYRING


def is_told(settings: Any, name: str) -> bool:
    """Whether a secret is set in one of the ways; it is not read."""
    return any(getattr(settings, source) for source in sources(name))


def secret(settings: Any, name: str) -> str:
    """The secret, or an empty text where there is none. ConfigError where it cannot be read."""
    if path := getattr(settings, name + FILE):
        return _of_file(Path(path).expanduser(), name)
    if entry := getattr(settings, name + KEYRING):
        return _of_keyring(entry, name)
    return str(getattr(settings, name))


def without_outdone(
    settings: Any,
    table: Mapping[str, Any],
    environment: Mapping[str, str],
    variable: str,
    place: Callable[[str], str],
) -> dict[str, Any]:
    """A table of settings without the ways to a secret that a variable outdoes.

    ``variable`` is what names of variables begin with; ``place`` how an error names what is in the
    table. ConfigError where variables, or the table, name two ways to one secret.
    """
    rest = dict(table)
    for name in names_of(settings):
        variables = {way: variable + way.upper() for way in sources(name)}
        given = [named for named in variables.values() if environment.get(named)]
        written = [way for way in variables if way in table]
        for ways in (given, [place(way) for way in written]):
            if len(ways) > 1:
                raise ConfigError(f"set one of these only: {', '.join(ways)}")
        for way in written if given else ():
            del rest[way]
    return rest


def files_of(settings: Any) -> tuple[Path, ...]:
    """The files that secrets are read from."""
    named = (getattr(settings, name + FILE) for name in names_of(settings))
    return tuple(Path(path).expanduser() for path in named if path)


def _of_file(path: Path, name: str) -> str:
    """What is in a file, without the end of its last line."""
    where = f"the file {path} of the setting {name}{FILE}"
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(_MOST + 1)
    except OSError as error:
        raise ConfigError(
            f"{where} cannot be read: {error.strerror}",
            hint=f"A path that is not absolute begins in the working directory: {Path.cwd()}",
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{where} is not UTF-8") from None
    found = text.removesuffix("\n")
    if not found:
        raise ConfigError(f"{where} is empty", hint="Write the secret into it, and nothing else.")
    if "\n" in found or len(found) > _MOST:
        raise ConfigError(f"{where} holds more than one line: it may hold the secret alone")
    return found


def has_keyring() -> bool:
    """Whether there is a keyring that something could be kept in."""
    try:
        import keyring  # noqa: PLC0415
        from keyring.backends import fail, null  # noqa: PLC0415
    except ImportError:
        return False
    return not isinstance(keyring.get_keyring(), fail.Keyring | null.Keyring)


def keep(entry: str, value: str) -> None:
    """Keep a secret as an entry (service/name) of the keyring; ConfigError where that fails."""
    service, _, user = entry.partition("/")
    try:
        import keyring  # noqa: PLC0415

        keyring.set_password(service, user, value)
    except ImportError:
        raise ConfigError(
            "a keyring needs the library keyring, which is not installed",
            hint="Install it (pip install 'trunkline[keyring]'), or keep the secret elsewhere.",
        ) from None
    except Exception as error:  # noqa: BLE001 (a keyring is anybody's plug-in, with its errors)
        raise ConfigError(
            f"the keyring cannot keep it ({type(error).__name__})",
            hint="Unlock it, or keep the secret elsewhere.",
        ) from None


def _of_keyring(entry: str, name: str) -> str:
    service, _, user = entry.partition("/")
    if not (service and user):
        raise ConfigError(
            f"the setting {name}{KEYRING} must be an entry of the keyring: service/name",
            hint=f"For example trunkline/{name}, set by: keyring set trunkline {name}",
        )
    try:
        import keyring  # noqa: PLC0415 (an extra, and slow to load)
        from keyring.errors import NoKeyringError  # noqa: PLC0415
    except ImportError:
        raise ConfigError(
            f"the setting {name}{KEYRING} needs the library keyring, which is not installed",
            hint=_NO_LIBRARY.format(name=name),
        ) from None
    try:
        found = keyring.get_password(service, user)
    except NoKeyringError:
        raise ConfigError(
            f"the setting {name}{KEYRING} needs a keyring, and this system has none",
            hint=_NO_BACKEND.format(name=name),
        ) from None
    except Exception as error:  # noqa: BLE001 (a keyring is anybody's plug-in, with its errors)
        raise ConfigError(
            f"the keyring cannot be read ({type(error).__name__})",
            hint=f"Unlock it, or see what says: keyring get {service} {user}",
        ) from None
    if not found:
        raise ConfigError(
            f"the keyring has no entry {entry}", hint=f"Set it: keyring set {service} {user}"
        )
    return found
