"""What the settings say of a role, and what of it is an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from trunkline.config import Settings, load
from trunkline.errors import ConfigError
from trunkline.roles import Grants, ReaderLimits, Role


def told(folder: Path, text: str) -> Settings:
    (folder / "trunkline.toml").write_text(text)
    return load({}, directory=folder)


def test_a_role_has_limits_and_grants(tmp_path: Path) -> None:
    settings = told(
        tmp_path,
        """
        [roles.analyst]
        max_rows = 100_000
        query_memory = "512MB"
        max_requests = 0
        grant = ["local", "Finance.call_costs"]
        revoke = ["participants.user_id"]
        """,
    )
    found = settings.told_of(Role.ANALYST)
    assert found.limits == ReaderLimits(rows=100_000, memory="512MB", requests=0)
    assert found.grants.granted == {"local", "finance.call_costs"}
    assert found.grants.revoked == {"participants.user_id"}
    assert settings.told_of(Role.FINANCE).limits == ReaderLimits()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("roles = 3", r"\[roles\] must be a table"),
        ("[roles]\nanalyst = 1", r"\[roles.analyst\] must be a table"),
        ("[roles.analist]", "there is no role analist"),
        ("[roles.analyst]\nmax_row = 1", "no setting roles.analyst.max_row"),
        ("[roles.analyst]\nmax_rows = '1'", "roles.analyst.max_rows in .* must be a whole number"),
        ("[roles.analyst]\nmax_rows = -1", "must be between 0 and"),
        ("[roles.analyst]\nquery_seconds = 0", "must be between 1 and"),
        ("[roles.analyst]\nquery_memory = 'much'", "query_memory must be a number and a unit"),
        ("[roles.analyst]\ngrant = 'finance'", "must be a list of names"),
        ("[roles.analyst]\ngrant = [1]", "must be a list of names"),
        ("[roles.analyst]\ngrant = ['a']\nrevoke = ['A']", "a is revoked as well"),
    ],
)
def test_what_cannot_be_said_of_a_role(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        told(tmp_path, text)


def test_own_limits_come_before_those_of_the_role() -> None:
    own, of_role = ReaderLimits(rows=0, requests=5), ReaderLimits(rows=10, seconds=60)
    assert own.over(of_role) == ReaderLimits(rows=0, requests=5, seconds=60)


LEVELS = (("s.t.c", "t.c"), ("s.t", "t"), ("s",), ("all",))


def test_of_what_is_said_the_most_specific_decides_and_the_user_before_the_role() -> None:
    of_role = Grants(frozenset({"t.c"}), frozenset({"s"}))
    assert Grants().decide(LEVELS) is None
    assert of_role.decide(LEVELS) == (True, 3)
    assert of_role.decide(LEVELS[1:]) == (False, 1)
    assert Grants(revoked=frozenset({"all"}), beneath=of_role).decide(LEVELS) == (False, 4)
    assert Grants(revoked=frozenset({"other"}), beneath=of_role).decide(LEVELS) == (True, 3)
    both = Grants(frozenset({"s.t"}), frozenset({"t"}))
    assert both.decide(LEVELS) == (False, 2)


def test_a_grant_takes_a_revocation_back_and_the_other_way_round() -> None:
    revoked = Grants().revoking(["s", "t"])
    assert revoked.granting(["s"]) == Grants(frozenset({"s"}), frozenset({"t"}))
    assert revoked.granting(["s"]).revoking(["s"]) == Grants(frozenset(), frozenset({"s", "t"}))
