"""Settings: where they come from, which wins, and what is said of a wrong one."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest

from trunkline.config import (
    GenesysSettings,
    Settings,
    describe,
    load,
    unknown_variables,
    zone_exists,
)
from trunkline.errors import ConfigError

SECRET = "s3cr3t-${HOME}-#x"


def written(folder: Path, toml: str = "", dotenv: str = "") -> Path:
    if toml:
        (folder / "trunkline.toml").write_text(toml, encoding="utf-8")
    if dotenv:
        (folder / ".env").write_text(dotenv, encoding="utf-8")
    return folder


def refused(folder: Path, environment: dict[str, str] | None = None) -> ConfigError:
    with pytest.raises(ConfigError) as raised:
        load(environment or {}, directory=folder)
    return raised.value


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    settings = load({}, directory=tmp_path)
    assert settings == Settings()
    assert settings.home == Path(".trunkline")
    assert settings.timezone == "UTC"
    assert settings.refresh_time == timedelta(minutes=15)
    assert settings.settle_time == timedelta(hours=72)
    assert settings.max_requests == 5_000
    assert not settings.genesys.configured


def test_the_environment_wins_over_dotenv_and_both_over_the_file(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        "settle = 1\nrefresh_after = 1\nmax_rows = 1\n[genesys]\nregion = 'file'\norg = 'file'\n",
        "TRUNKLINE_SETTLE=2\nTRUNKLINE_REFRESH_AFTER=2\nGENESYS_REGION=dotenv\n",
    )
    settings = load({"TRUNKLINE_SETTLE": "3", "GENESYS_CLIENT_ID": "env"}, directory=folder)
    assert (settings.settle, settings.refresh_after, settings.max_rows) == (3, 2, 1)
    genesys = settings.genesys
    assert (genesys.client_id, genesys.region, genesys.org) == ("env", "dotenv", "file")


def test_an_empty_variable_is_as_good_as_none(tmp_path: Path) -> None:
    folder = written(tmp_path, "[genesys]\nregion = 'file'", "GENESYS_REGION=dotenv\nGENESYS_ORG=")
    settings = load({"GENESYS_REGION": "", "GENESYS_ORG": ""}, directory=folder)
    assert (settings.genesys.region, settings.genesys.org) == ("dotenv", "")


def test_every_type_is_read_from_text_and_from_the_file(tmp_path: Path) -> None:
    folder = written(
        tmp_path, "home = 'data'\nrate_share = 1\nmax_rows = 10\nquery_memory = '1.5 GiB'\n"
    )
    settings = load({}, directory=folder)
    assert settings.home == Path("data")
    assert settings.rate_share == 1.0
    assert isinstance(settings.rate_share, float)
    assert (settings.max_rows, settings.query_memory) == (10, "1.5 GiB")
    environment = {
        "TRUNKLINE_HOME": "/srv/trunkline",
        "TRUNKLINE_RATE_SHARE": "0.25",
        "TRUNKLINE_MAX_ROWS": "7",
        "TRUNKLINE_QUERY_MEMORY": "512MB",
    }
    settings = load(environment, directory=folder)
    assert settings.home == Path("/srv/trunkline")
    assert (settings.rate_share, settings.max_rows) == (0.25, 7)
    assert settings.query_memory == "512MB"


@pytest.mark.parametrize(
    ("text", "meant"), [("false", False), ("No", False), ("0", False), ("TRUE", True), ("1", True)]
)
def test_true_and_false_are_read_from_text_and_from_the_file(
    tmp_path: Path, text: str, *, meant: bool
) -> None:
    assert load({"TRUNKLINE_TAIL": text}, directory=tmp_path).tail is meant
    folder = written(tmp_path, f"tail = {str(meant).lower()}")
    assert load({}, directory=folder).tail is meant


def test_a_home_may_start_with_a_tilde(tmp_path: Path) -> None:
    settings = load({"TRUNKLINE_HOME": "~/trunkline"}, directory=tmp_path)
    assert settings.home == Path.home() / "trunkline"


def test_the_file_may_be_named(tmp_path: Path) -> None:
    written(tmp_path, "settle = 1")
    (tmp_path / "other.toml").write_text("settle = 2")
    (tmp_path / "third.toml").write_text("settle = 3")
    variable = {"TRUNKLINE_CONFIG": "other.toml"}
    assert load({}, directory=tmp_path).settle == 1
    assert load(variable, directory=tmp_path).settle == 2
    assert load(variable, directory=tmp_path, config=tmp_path / "third.toml").settle == 3
    (tmp_path / ".env").write_text("TRUNKLINE_CONFIG=other.toml\n")
    assert load({}, directory=tmp_path).settle == 2


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    error = refused(tmp_path, {"TRUNKLINE_CONFIG": "absent.toml"})
    assert "absent.toml" in error.message


@pytest.mark.parametrize(
    ("toml", "name", "meant"),
    [
        ("refresh_afer = 1", "refresh_afer", "refresh_after"),
        ("[genesys]\nclient_secrt = 'x'", "genesys.client_secrt", "genesys.client_secret"),
        ("[genesis]\nregion = 'x'", "genesis", "genesys"),
        ("genesys_region = 'x'", "genesys_region", "genesys.region"),
    ],
)
def test_an_unknown_setting_is_named_with_the_one_that_was_meant(
    tmp_path: Path, toml: str, name: str, meant: str | None
) -> None:
    error = refused(written(tmp_path, toml))
    assert f"there is no setting {name}" in error.message
    assert error.hint == (f"Did you mean {meant}?" if meant else None)


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("settle = 1.5", "settle in trunkline.toml must be a whole number"),
        ("settle = '1'", "settle in trunkline.toml must be a whole number"),
        ("settle = true", "settle in trunkline.toml must be a whole number"),
        ("rate_share = 'half'", "rate_share in trunkline.toml must be a number"),
        ("rate_share = false", "rate_share in trunkline.toml must be a number"),
        ("timezone = 1", "timezone in trunkline.toml must be text"),
        ("tail = 'yes'", "tail in trunkline.toml must be true or false"),
        ("tail = 1", "tail in trunkline.toml must be true or false"),
        ("timezone = true", "timezone in trunkline.toml must be text"),
        ("query_memory = ['2GB']", "query_memory in trunkline.toml must be text"),
        ("home = 5", "home in trunkline.toml must be a path"),
        ("home = ['a']", "home in trunkline.toml must be a path"),
        ("genesys = 'x'", "[genesys] must be a table"),
        ("[genesys]\nregion = 2025-01-01", "genesys.region in trunkline.toml must be text"),
        ("[settle]\na = 1", "settle in trunkline.toml must be a whole number"),
    ],
)
def test_a_wrong_type_in_the_file_is_told_with_its_place(
    tmp_path: Path, toml: str, words: str
) -> None:
    assert words in refused(written(tmp_path, toml)).message


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("SETTLE", "soon", "TRUNKLINE_SETTLE must be a whole number"),
        ("SETTLE", "1.5", "TRUNKLINE_SETTLE must be a whole number"),
        ("TAIL", "perhaps", "TRUNKLINE_TAIL must be true or false"),
        ("RATE_SHARE", "50%", "TRUNKLINE_RATE_SHARE must be a number"),
        ("HOME", "~nobody-of-this-name/x", "TRUNKLINE_HOME must be a path"),
        ("SETTLE", "-1", "settle must be between 0 and"),
        ("SETTLE", "99999999999", "settle must be between 0 and"),
        ("REFRESH_AFTER", "-1", "refresh_after must be between 0 and"),
        ("QUERY_SECONDS", "0", "query_seconds must be between 1 and"),
        ("MAX_REQUESTS", "0", "max_requests must be between 1 and"),
        ("JOBS_IN_FLIGHT", "0", "jobs_in_flight must be between 1 and"),
        ("MAX_ROWS", "-1", "max_rows must be between 0 and"),
        ("RATE_SHARE", "0", "rate_share must be above 0"),
        ("RATE_SHARE", "1.01", "rate_share must be above 0"),
        ("RATE_SHARE", "nan", "rate_share must be above 0"),
        ("QUERY_MEMORY", "lots", "query_memory must be a number and a unit"),
        ("QUERY_MEMORY", "2", "query_memory must be a number and a unit"),
        ("QUERY_MEMORY", "0GB", "query_memory must be between 32MB and 1024TiB"),
        ("QUERY_MEMORY", "1KB", "query_memory must be between"),
        ("QUERY_MEMORY", "31.9mb", "query_memory must be between"),
        ("QUERY_MEMORY", "1025TiB", "query_memory must be between"),
        ("QUERY_MEMORY", "99999999TB", "query_memory must be between"),
        ("TIMEZONE", "Berlin", "there is no time zone 'Berlin'"),
        ("TIMEZONE", "Europe", "there is no time zone 'Europe'"),
        ("TIMEZONE", "../UTC", "there is no time zone '../UTC'"),
    ],
)
def test_a_wrong_value_is_told(tmp_path: Path, name: str, value: str, words: str) -> None:
    assert words in refused(tmp_path, {f"TRUNKLINE_{name}": value}).message


@pytest.mark.parametrize(
    ("zone", "there"),
    [
        ("Europe/Berlin", True),
        ("UTC", True),
        ("Etc/GMT+1", True),
        ("", False),
        ("Mars/Olympus", False),
        ("America", False),
        ("x" * 400, False),
        ("a\0b", False),
    ],
)
def test_whether_a_zone_exists(zone: str, there: bool) -> None:
    assert zone_exists(zone) is there


def test_a_secret_is_taken_as_it_stands_and_never_shown(tmp_path: Path) -> None:
    folder = written(tmp_path, dotenv=f"GENESYS_CLIENT_SECRET='{SECRET}'\n")
    settings = load({"GENESYS_CLIENT_ID": "id"}, directory=folder)
    assert settings.genesys.client_secret == SECRET
    for shown in (repr(settings), str(settings), f"{settings.genesys!r}"):
        assert SECRET not in shown
        assert "client_id='id'" in shown


@pytest.mark.parametrize(
    "toml",
    [
        f'[genesys]\nclient_secret = ["{SECRET}"]',
        f'[genesys]\nclient_secret = {{ a = "{SECRET}" }}',
        f'[genesys]\nclient_secret = "{SECRET}"\nclient_secret = "{SECRET}"',
        f'[genesys]\nclient_secret = "{SECRET}',
        f"[genesys]\nclient_secret = {SECRET}",
        f'[genesys]\nclient_secret = "{SECRET}"\nregoin = 1',
    ],
)
def test_an_error_in_the_file_does_not_repeat_a_secret(tmp_path: Path, toml: str) -> None:
    error = refused(written(tmp_path, toml))
    assert "s3cr3t" not in f"{error.message} {error.hint}"


def test_files_that_cannot_be_read_are_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "trunkline.toml").write_bytes(b"timezone = '\xff'")
    assert "trunkline.toml cannot be read" in refused(tmp_path).message
    (tmp_path / "trunkline.toml").write_text("settle = ")
    assert "trunkline.toml cannot be read" in refused(tmp_path).message
    (tmp_path / "trunkline.toml").unlink()
    (tmp_path / ".env").write_bytes(b"GENESYS_ORG=\xff\n")
    assert ".env cannot be read" in refused(tmp_path).message


@pytest.mark.parametrize(
    ("given", "enough"),
    [
        ({"region": "mypurecloud.de"}, True),
        ({"api_url": "https://api", "login_url": "https://login"}, True),
        ({"api_url": "https://api"}, False),
        ({"region": "mypurecloud.de", "client_secret": ""}, False),
        ({"region": "mypurecloud.de", "client_id": ""}, False),
    ],
)
def test_what_is_enough_to_connect(given: dict[str, str], enough: bool) -> None:
    settings = GenesysSettings(**({"client_id": "i", "client_secret": "s"} | given))
    assert settings.configured is enough


def test_every_setting_is_described_once(tmp_path: Path) -> None:
    described = {name: (variable, words) for name, variable, _, words in describe()}
    expected = {item.name for item in fields(Settings)} - {
        "genesys", "masking", "organization", "organizations", "roles", "secrets_in",
    }  # fmt: skip
    expected |= {f"genesys.{item.name}" for item in fields(GenesysSettings)} - {"genesys.variables"}
    assert described.keys() == expected
    assert len(describe()) == len(expected)
    assert all(words for _, words in described.values())
    assert described["refresh_after"][0] == "TRUNKLINE_REFRESH_AFTER"
    assert described["genesys.client_secret"][0] == "GENESYS_CLIENT_SECRET"
    text = {variable: "1" for variable, _ in described.values() if variable.endswith("SECRET")}
    assert load(text, directory=tmp_path).genesys.client_secret == "1"


@pytest.mark.parametrize("memory", ["32MB", "32 mib", "0.5gb", "1024TiB"])
def test_memory_within_its_bounds(tmp_path: Path, memory: str) -> None:
    assert load({"TRUNKLINE_QUERY_MEMORY": memory}, directory=tmp_path).query_memory == memory


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("settel = 1", "other.toml: there is no setting settel"),
        ("settle = '1'", "settle in other.toml must be"),
        ("genesys = 1", "other.toml: [genesys] must be"),
        ("[genesys]\nregoin = 'x'", "other.toml: there is no setting genesys.regoin"),
    ],
)
def test_an_error_names_the_file_in_use(tmp_path: Path, toml: str, words: str) -> None:
    (tmp_path / "other.toml").write_text(toml)
    error = refused(tmp_path, {"TRUNKLINE_CONFIG": "other.toml"})
    assert words in error.message
    assert "trunkline.toml" not in error.message


def test_a_variable_that_is_no_setting_is_named_with_the_one_that_was_meant(
    tmp_path: Path,
) -> None:
    (tmp_path / ".env").write_text("GENESYS_CLIENT_SECRT=x\nOTHER=1\n")
    environment = {
        "TRUNKLINE_TIMZONE": "UTC",
        "TRUNKLINE_XYZ": "1",
        "Trunkline_Home": "data",
        "TRUNKLINE_EMPTY": "",
        "TRUNKLINE_DEBUG": "1",
        "TRUNKLINE_CONFIG": "x.toml",
        "TRUNKLINE_SETTLE": "1",
        "GENESYSCLOUD_REGION": "another program's",
        "PATH": "/bin",
    }
    assert unknown_variables(environment, directory=tmp_path) == (
        ("GENESYS_CLIENT_SECRT", "GENESYS_CLIENT_SECRET"),
        ("TRUNKLINE_TIMZONE", "TRUNKLINE_TIMEZONE"),
        ("TRUNKLINE_XYZ", None),
        ("Trunkline_Home", "TRUNKLINE_HOME"),
    )


def test_masking_rules_stand_in_the_file_or_in_one_of_their_own(tmp_path: Path) -> None:
    folder = written(tmp_path, "[masking]\nlisted = ['order']\n")
    assert load({}, directory=folder).masking.told == {"listed": ["order"]}
    assert load({}, directory=folder).masking.where == "[masking] in trunkline.toml"
    (tmp_path / "policy.toml").write_text("[classes]\ncontact = 'redact'\n")
    error = refused(folder, {"TRUNKLINE_POLICY": "policy.toml"})
    assert "[masking] of trunkline.toml" in error.message
    (tmp_path / "trunkline.toml").write_text("policy = 'policy.toml'")
    masking = load({}, directory=folder).masking
    assert (masking.where, masking.told) == ("policy.toml", {"classes": {"contact": "redact"}})


@pytest.mark.parametrize(
    ("toml", "words"),
    [
        ("masking = 'strict'", "[masking] must be a table"),
        ("policy = 'absent.toml'", "there is no file"),
        ("policy = 5", "policy in trunkline.toml must be text"),
    ],
)
def test_masking_rules_that_cannot_be_read(tmp_path: Path, toml: str, words: str) -> None:
    assert words in refused(written(tmp_path, toml)).message


def test_the_key_of_the_tokens_is_not_shown() -> None:
    assert SECRET not in repr(Settings(token_key=SECRET))
