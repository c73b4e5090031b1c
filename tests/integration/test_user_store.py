"""The store of users as a server has it: readers with what the settings say, refused logins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gateway import Site
from trunkline.config import Settings
from trunkline.engine import Options
from trunkline.engine.users import Login, UserStore, network_of
from trunkline.errors import RelationClosed
from trunkline.lake.users import User
from trunkline.roles import Grants, ReaderLimits, Role, RoleSettings

DAY = "conversation_start >= '2025-03-01' AND conversation_start < '2025-03-03'"
ROLES = {
    Role.ANALYST: RoleSettings(
        ReaderLimits(rows=10, seconds=60), Grants(revoked=frozenset({"segments", "sessions"}))
    )
}
ANN = User(
    "ann",
    Role.ANALYST,
    "SCRAM-SHA-256$4096:c2FsdA==$a:b",
    Grants(frozenset({"genesys.sessions"})),
    limits=ReaderLimits(rows=20),
)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "data", settings=Settings(roles=ROLES))


def store(site: Site) -> UserStore:
    return UserStore(*site.world())


def test_a_user_reads_what_the_role_may_and_their_own(site: Site) -> None:
    with store(site) as users:
        assert users.add(ANN)
        found = users.find("ann")
        assert found is not None
        reader = users.reader(found)
    assert reader.limits == ReaderLimits(rows=20, seconds=60)
    options = Options(reader=reader)
    site.prepare(f"SELECT count(*) FROM sessions WHERE {DAY}", options)
    with pytest.raises(RelationClosed):
        site.prepare(f"SELECT count(*) FROM segments WHERE {DAY}", options)


def test_a_refused_login_is_kept_without_what_may_be_a_password(site: Site) -> None:
    with store(site) as users:
        users.add(ANN)
        for name in ("ann", "hunter2", "Ann", "ann"):
            users.refuse(Login(name, "postgres", "10.20.30.40", "password"))
    rows = site.query(
        "SELECT user_name, door, network, reason, attempts FROM trunkline.refused_logins "
        "ORDER BY user_name"
    )
    told = {"door": "postgres", "network": "10.20.30.0/24", "reason": "password", "attempts": 2}
    assert rows == [{"user_name": "ann", **told}, {"user_name": None, **told}]
    for path in site.home.iterdir():
        if path.is_file():
            content = path.read_bytes()
            assert b"hunter2" not in content
            assert b"10.20.30.40" not in content


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ("fe80::1%eth0", "fe80::/48"),
        ("127.0.0.1", "127.0.0.0/24"),
        ("", "local"),
        ("/run/socket", "local"),
    ],
)
def test_of_an_address_the_network_is_kept(address: str, network: str) -> None:
    assert network_of(address) == network
