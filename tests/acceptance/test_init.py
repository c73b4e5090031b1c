"""The integration form as a new user fills it in: at a terminal, by options, right and wrong."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.acceptance.commands import SMALL, Desk, desk, typed
from trunkline_simulator.settings import Client

SECRET = "pl4nted'Secret\\of=\"the $client"
ID = "planted-client-id-0002"
SIMULATED = replace(SMALL, clients=(Client(ID, SECRET, "Reporting client"),))
ACCOUNT = {"region": "eu-central-1", "org": "northwind", "client_id": ID}
FORM = ("--region", "Frankfurt", "--short-name", "northwind", "--client-id", ID)
QUERY = (
    "SELECT count(*) AS n FROM conversations "
    "WHERE conversation_start >= '2025-03-03' AND conversation_start < '2025-03-04'"
)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    """A desk at which nothing but the simulator's address is set."""
    with desk(tmp_path / "desk", SIMULATED) as found:
        for name in ("CLIENT_ID", "CLIENT_SECRET", "ORG"):
            del found.environment[f"GENESYS_{name}"]
        yield found


def told(at: Desk) -> dict[str, object]:
    return tomllib.loads((at.folder / "trunkline.toml").read_text())


def files(at: Desk) -> list[str]:
    return sorted(path.name for path in at.folder.iterdir())


def by_stdin(at: Desk, secret: str, *arguments: str, **environment: str) -> tuple[int, str]:
    """``init`` with the secret on standard input: its status and what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "trunkline", "init", *arguments, "--secret-file", "-"],
        env=at.environment | environment, cwd=at.folder, input=secret, text=True,
        capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert SECRET not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


def test_a_new_user_goes_from_nothing_to_an_answer(at: Desk) -> None:
    lines = ["Frankfrt", "https://login.mypurecloud.de/", "NorthWind", ID, SECRET, ""]
    status, shown = typed(at, lines, "init")
    assert status == 0, shown
    assert SECRET not in shown
    assert "did you mean 'frankfurt'?" in shown
    assert "Organization Details" in shown
    assert "Connected to Northwind Contact (short name northwind) in eu-central-1" in shown
    assert "trunkline doctor" in shown
    assert told(at) == {"genesys": ACCOUNT}
    assert stat.S_IMODE((at.folder / ".env").stat().st_mode) == 0o600
    status, shown = typed(at, [], "doctor")
    assert status == 0, shown
    assert "Northwind Contact, short name northwind" in shown
    assert "analytics:conversationDetail:view" in shown
    status, shown = typed(at, [], "query", QUERY)
    assert status == 0, shown
    assert "(1 row)" in shown


WRONG = {
    "region": (("--region", "Frankfrt"), {}, SECRET, 2, ("Region:",)),
    "host": ((), {"GENESYS_LOGIN_URL": "{url}/elsewhere"}, SECRET, 3, ("Region:", "login page")),
    "client": (
        ("--client-id", "another"),
        {},
        SECRET,
        3,
        ("Region or OAuth Client ID:", "Admin > Integrations > OAuth, open the client: Client ID"),
    ),
    "secret": (
        (),
        {},
        "another",
        3,
        ("OAuth Client Secret:", "Admin > Integrations > OAuth, open the client: Client Secret"),
    ),
    "short name": (
        ("--short-name", "southwind"),
        {},
        SECRET,
        2,
        ("Organization short name: ", "'northwind'", "'southwind'", "Organization Settings"),
    ),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_is_named_by_its_field_and_nothing_is_written(at: Desk, wrong: str) -> None:
    options, environment, secret, expected, words = WRONG[wrong]
    url = at.environment["GENESYS_LOGIN_URL"]
    variables = {name: value.format(url=url) for name, value in environment.items()}
    status, said = by_stdin(at, secret, *FORM, *options, **variables)
    assert status == expected, said
    for word in words:
        assert word in said
    assert files(at) == []


def test_what_is_wrong_is_corrected_on_the_spot(at: Desk) -> None:
    status, shown = typed(at, ["another", "c", SECRET, "config"], "init", *FORM)
    assert status == 0, shown
    assert "OAuth Client Secret: Genesys Cloud refused" in shown
    assert SECRET not in shown
    assert told(at) == {"genesys": {**ACCOUNT, "client_secret": SECRET}}
    assert stat.S_IMODE((at.folder / "trunkline.toml").stat().st_mode) == 0o600
    assert files(at) == ["trunkline.toml"]


def test_what_is_wrong_is_written_where_that_is_confirmed(at: Desk) -> None:
    wrong = ("--region", "Frankfurt", "--short-name", "southwind", "--client-id", ID)
    status, shown = typed(at, [SECRET, "s"], "init", *wrong)
    assert status == 2, shown
    assert files(at) == []
    status, shown = typed(at, [SECRET, "w", "dotenv"], "init", *wrong)
    assert status == 2, shown
    assert told(at) == {"genesys": {**ACCOUNT, "org": "southwind"}}


@pytest.mark.parametrize("option", ["--region", "--short-name", "--client-id", "--secret-file"])
def test_without_a_terminal_a_missing_option_is_named(at: Desk, option: str) -> None:
    (at.folder / "secret").write_text(SECRET)
    (at.folder / "secret").chmod(0o600)
    every = [*FORM, "--secret-file", "secret"]
    place = every.index(option)
    done = at.run("init", *every[:place], *every[place + 2 :])
    assert done.returncode == 2
    assert f"not given: {option}\n" in done.stderr
    assert files(at) == ["secret"]


def test_a_secret_stays_where_it_is(at: Desk) -> None:
    done = at.run("init", *FORM, GENESYS_CLIENT_SECRET=SECRET)
    assert done.returncode == 0, done.stderr
    assert told(at) == {"genesys": ACCOUNT}
    assert files(at) == ["trunkline.toml"]
    (at.folder / "secret").write_text(f"{SECRET}\n")
    done = at.run("init", *FORM, "--secret-file", "secret", "--replace")
    assert done.returncode == 0, done.stderr
    assert "others can read secret" in done.stderr
    assert told(at) == {
        "genesys": {**ACCOUNT, "client_secret_file": str(at.folder.resolve() / "secret")}
    }
    assert at.run("doctor").returncode == 0


KEYRING = """
import json, pathlib, keyring.backend
FILE = pathlib.Path(__file__).with_name("kept.json")
class Kept(keyring.backend.KeyringBackend):
    priority = 1
    def get_password(self, service, username):
        return json.loads(FILE.read_text()).get(f"{service}/{username}")
    def set_password(self, service, username, password):
        FILE.write_text(json.dumps({f"{service}/{username}": password}))
"""


def test_a_keyring_is_preferred_where_there_is_one(at: Desk, tmp_path: Path) -> None:
    (tmp_path / "keyrings_of_ours.py").write_text(KEYRING)
    path = os.pathsep.join((str(tmp_path), at.environment["PYTHONPATH"]))
    keyring = {"PYTHON_KEYRING_BACKEND": "keyrings_of_ours.Kept", "PYTHONPATH": path}
    status, said = by_stdin(at, f"{SECRET}\n", *FORM, **keyring)
    assert status == 0, said
    assert told(at) == {"genesys": {**ACCOUNT, "client_secret_keyring": f"trunkline/{ID}"}}
    assert json.loads((tmp_path / "kept.json").read_text()) == {f"trunkline/{ID}": SECRET}
    assert files(at) == ["trunkline.toml"]
    assert at.run("doctor", **keyring).returncode == 0


def test_another_organisation_is_added_and_nothing_is_replaced_unasked(at: Desk) -> None:
    first = "# ours\nsettle = 3600\n\n[genesys] # the first\nregion = 'au'\nclient_id='x'\n"
    file = at.folder / "trunkline.toml"
    file.write_text(first)
    status, said = by_stdin(at, SECRET, *FORM)
    assert status == 2
    assert "--replace" in said
    assert file.read_text() == first
    urls = {f"TRUNKLINE_ACME_{n}": at.environment[f"GENESYS_{n}"] for n in ("API_URL", "LOGIN_URL")}
    status, said = by_stdin(at, SECRET, *FORM, "--name", "acme", **urls)
    assert status == 0, said
    assert file.read_text().startswith(first)
    assert told(at)["organizations"] == {"acme": ACCOUNT}
    assert "trunkline doctor --org acme" in said
    assert (at.folder / ".env").read_text().startswith("TRUNKLINE_ACME_CLIENT_SECRET=")
    assert at.run("doctor", "--org", "acme", **urls).returncode == 0
    status, said = by_stdin(at, SECRET, *FORM)
    assert status == 2
    assert "not given: --name" in said


def test_a_place_that_cannot_be_written_is_told_before_anything_is_asked(at: Desk) -> None:
    status, said = by_stdin(at, SECRET, *FORM, TRUNKLINE_CONFIG="absent/trunkline.toml")
    assert status == 2
    assert "there is no directory" in said
    assert at.requests == 0


def test_a_variable_that_would_win_is_told(at: Desk) -> None:
    for name, value in (("REGION", "us-east-1"), ("CLIENT_SECRET", "another")):
        status, said = by_stdin(at, SECRET, *FORM, **{f"GENESYS_{name}": value})
        assert status == 2
        assert f"GENESYS_{name}" in said
        assert files(at) == []
