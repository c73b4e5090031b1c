"""Where secrets come from: a value, a file, the keyring; and that no error repeats one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.errors import KeyringLocked

from trunkline.config import GenesysSettings, Settings, load
from trunkline.errors import ConfigError
from trunkline.secrets import files_of, is_told, secret

SECRET = "s3cr3t-${HOME}-#x"


class Held(KeyringBackend):
    """A keyring of one entry, by the library's own interface for keyrings."""

    priority = 1.0

    def get_password(self, service: str, username: str) -> str | None:
        if service == "locked":
            raise KeyringLocked(SECRET)
        return SECRET if (service, username) == ("trunkline", "acme") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError


@pytest.fixture
def held() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(Held())  # type: ignore[no-untyped-call]
    yield
    keyring.set_keyring(before)


def genesys(folder: Path, **environment: str) -> GenesysSettings:
    return load(environment, directory=folder).genesys


def read(folder: Path, content: bytes) -> str:
    (folder / "secret").write_bytes(content)
    return secret(GenesysSettings(client_secret_file=str(folder / "secret")), "client_secret")


def refused(settings: Settings | GenesysSettings, name: str = "client_secret") -> ConfigError:
    with pytest.raises(ConfigError) as raised:
        secret(settings, name)
    assert SECRET not in f"{raised.value.message} {raised.value.hint}"
    return raised.value


@pytest.mark.usefixtures("held")
def test_a_file_and_the_keyring_are_as_good_as_a_value(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    (tmp_path / "trunkline.toml").write_text(
        f"token_key_file = '{tmp_path}/secret'\n[genesys]\nclient_secret_keyring='trunkline/acme'\n"
    )
    settings = load({}, directory=tmp_path)
    assert secret(settings, "token_key") == SECRET
    assert secret(settings.genesys, "client_secret") == SECRET
    assert SECRET not in repr(settings)
    assert files_of(settings) == (tmp_path / "secret",)
    assert secret(Settings(), "token_key") == ""
    assert not is_told(Settings(), "token_key")


@pytest.mark.parametrize(
    ("variable", "way"),
    [("GENESYS_CLIENT_SECRET_FILE", "client_secret_file"), ("TRUNKLINE_TOKEN_KEY_FILE", "")],
)
def test_a_file_may_be_named_by_a_variable(tmp_path: Path, variable: str, way: str) -> None:
    settings = load({variable: "/run/secrets/x"}, directory=tmp_path)
    named = settings.genesys.client_secret_file if way else settings.token_key_file
    assert named == "/run/secrets/x"


@pytest.mark.parametrize("way", ["client_secret", "client_secret_file", "client_secret_keyring"])
def test_any_way_is_enough_to_connect_and_nothing_is_read_for_that(way: str) -> None:
    settings = GenesysSettings(client_id="i", region="mypurecloud.de", **{way: "absent/absent"})
    assert settings.configured
    assert not GenesysSettings(client_id="i", region="mypurecloud.de").configured


def test_a_variable_outdoes_every_way_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "trunkline.toml").write_text("[genesys]\nclient_secret_keyring = 'a/b'\n")
    settings = genesys(tmp_path, GENESYS_CLIENT_SECRET=SECRET)
    assert secret(settings, "client_secret") == SECRET
    assert settings.client_secret_keyring == ""


def test_one_place_names_one_way(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="set one of these only: GENESYS_CLIENT_SECRET, GEN"):
        genesys(tmp_path, GENESYS_CLIENT_SECRET="x", GENESYS_CLIENT_SECRET_FILE="y")
    (tmp_path / "trunkline.toml").write_text(f"token_key = '{SECRET}'\ntoken_key_file = 'y'\n")
    with pytest.raises(
        ConfigError, match=r"one of these only: token_key in trunkline\.toml"
    ) as told:
        load({}, directory=tmp_path)
    assert SECRET not in told.value.message


@pytest.mark.parametrize(
    ("content", "found"),
    [(b"x", "x"), (b"x\n", "x"), (b"x\r\n", "x"), (b" x ", " x "), ("ü😀\n".encode(), "ü😀")],
)
def test_a_file_holds_the_secret_and_the_end_of_its_line(
    tmp_path: Path, content: bytes, found: str
) -> None:
    assert read(tmp_path, content) == found


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (SECRET.encode() + b"\nmore", "more than one line"),
        (b"x" * 100_000, "more than one line"),
        (SECRET.encode() + b"\xff", "is not UTF-8"),
    ],
)
def test_a_file_that_holds_something_else_is_told(
    tmp_path: Path, content: bytes, words: str
) -> None:
    (tmp_path / "secret").write_bytes(content)
    error = refused(GenesysSettings(client_secret_file=str(tmp_path / "secret")))
    assert words in error.message
    assert f"{tmp_path}/secret of the setting client_secret_file" in error.message


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    error = refused(GenesysSettings(client_secret_file=str(tmp_path / "absent")))
    assert "absent of the setting client_secret_file cannot be read: No such file" in error.message
    assert "cannot be read" in refused(Settings(token_key_file=str(tmp_path)), "token_key").message


@pytest.mark.parametrize(
    ("entry", "words", "hint"),
    [
        ("acme", "must be an entry of the keyring", "keyring set trunkline client_secret"),
        ("trunkline/nobody", "no entry trunkline/nobody", "keyring set trunkline nobody"),
        ("locked/x", "cannot be read (KeyringLocked)", "keyring get locked x"),
    ],
)
@pytest.mark.usefixtures("held")
def test_an_entry_that_cannot_be_had_is_told(entry: str, words: str, hint: str) -> None:
    error = refused(GenesysSettings(client_secret_keyring=entry))
    assert words in error.message
    assert hint in (error.hint or "")


def test_a_system_without_a_keyring_is_told() -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    try:
        error = refused(GenesysSettings(client_secret_keyring="trunkline/acme"))
    finally:
        keyring.set_keyring(before)
    assert "this system has none" in error.message
    assert "client_secret_file" in (error.hint or "")


def test_without_the_library_it_is_told_how_to_install_it() -> None:
    code = (
        "import sys; sys.modules['keyring'] = None\n"
        "from trunkline.config import Settings\nfrom trunkline.secrets import secret\n"
        "from trunkline.errors import ConfigError\n"
        "try: secret(Settings(token_key_keyring='a/b'), 'token_key')\n"
        "except ConfigError as error: print(error.message, error.hint)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "token_key_keyring needs the library keyring" in done.stdout
    assert "pip install 'trunkline[keyring]'" in done.stdout
    assert "token_key_file" in done.stdout


@pytest.mark.parametrize(
    ("toml", "dotenv", "held_in"),
    [
        ("settle = 1", "GENESYS_REGION=x", ()),
        ("token_key = 'x'", "", ("trunkline.toml",)),
        ("[genesys]\nclient_secret = 'x'", "TRUNKLINE_TOKEN_KEY=x", ("trunkline.toml", ".env")),
        ("token_key_file = 'x'", "GENESYS_CLIENT_SECRET_FILE=x", ()),
    ],
)
def test_the_files_that_hold_a_secret_themselves_are_known(
    tmp_path: Path, toml: str, dotenv: str, held_in: tuple[str, ...]
) -> None:
    (tmp_path / "trunkline.toml").write_text(toml)
    (tmp_path / ".env").write_text(dotenv)
    found = load({}, directory=tmp_path).secrets_in
    assert tuple(path.name for path in found) == held_in
