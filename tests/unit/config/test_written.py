"""What is written into ``trunkline.toml`` and ``.env``: read back, it says what it should."""

from __future__ import annotations

import tomllib
from io import StringIO

import pytest
from dotenv import dotenv_values
from hypothesis import example, given
from hypothesis import strategies as st

from trunkline.errors import ConfigError
from trunkline.written import with_account, with_variable

ACCOUNT = {"region": "eu-central-1", "org": "acme", "client_id": "x"}
# Anything that can be typed as a secret: no control character, no end of a line.
TYPED = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1)


@given(TYPED)
@example("a'b\\c\"d$e${f}#g =h")
@example("\\'")
def test_any_secret_comes_back(secret: str) -> None:
    written = with_account("", "acme", {**ACCOUNT, "client_secret": secret})
    assert tomllib.loads(written) == {
        "organizations": {"acme": {**ACCOUNT, "client_secret": secret}}
    }
    written = with_variable("A=1\nB=2 # two\n", "SECRET", secret)
    found = dotenv_values(stream=StringIO(written), interpolate=False)
    assert found == {"A": "1", "B": "2", "SECRET": secret}


def test_an_account_is_put_at_the_end_and_the_rest_stays() -> None:
    text = "# mine\nsettle = 1 # soon\n[masking]\n"
    written = with_account(text, "genesys", ACCOUNT)
    assert written.startswith(text)
    assert tomllib.loads(written) == {"settle": 1, "masking": {}, "genesys": ACCOUNT}


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("genesys", "[genesys] # one"),
        ("genesys", "[organizations.genesys]"),
        ("acme", " [ organizations.acme ]"),
    ],
)
def test_an_account_is_replaced_and_what_is_no_part_of_it_stays(name: str, header: str) -> None:
    text = (
        f"settle = 1\n{header}\n# the old one\nregion = 'au'\n\"client_secret\" = 's'\n"
        "api_url = 'https://a.example'\n\n[masking]\nregion = 'other'\n"
    )
    before = tomllib.loads(text.replace("region = 'other'\n", ""))
    written = with_account(text.replace("region = 'other'\n", ""), name, ACCOUNT)
    kept = {**ACCOUNT, "api_url": "https://a.example"}
    found = tomllib.loads(written)
    assert found["masking"] == {}
    assert found["settle"] == before["settle"]
    assert (found.get("organizations") or found)[name] == kept
    assert "# the old one" in written
    again = with_account(text, name, ACCOUNT)
    assert tomllib.loads(again)["masking"] == {"region": "other"}


@pytest.mark.parametrize(
    "text",
    [
        "genesys = { region = 'au' }\n",
        "genesys.region = 'au'\n",
        "[genesys]\nregion = '''\n[genesys]\n'''\n",
    ],
)
def test_what_cannot_be_replaced_safely_is_left_to_the_user(text: str) -> None:
    with pytest.raises(ConfigError, match="cannot be put into") as raised:
        with_account(text, "genesys", ACCOUNT)
    assert "nothing has been written" in (raised.value.hint or "")


def test_an_inline_table_of_organisations_is_left_to_the_user() -> None:
    with pytest.raises(ConfigError, match="cannot be put into"):
        with_account("organizations = { acme = { region = 'au' } }\n", "globex", ACCOUNT)


def test_a_variable_is_replaced() -> None:
    text = "A=1\nexport SECRET=old\nSECRET_FILE=x\n"
    written = with_variable(text, "SECRET", "new")
    found = dotenv_values(stream=StringIO(written), interpolate=False)
    assert found == {"A": "1", "SECRET_FILE": "x", "SECRET": "new"}
