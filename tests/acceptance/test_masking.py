"""The policy and the role as somebody at a terminal meets them."""

from __future__ import annotations

import hashlib
from pathlib import Path

from tests.acceptance.commands import desk

KEY = hashlib.sha256(b"a key for tests").hexdigest()
BOUND = "conversation_start >= '2025-03-01' AND conversation_start < '2025-03-03'"
COUNT = f"SELECT count(*) AS n FROM sessions WHERE {BOUND}"


def test_the_policy_that_is_printed_is_the_one_in_effect(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        (tmp_path / "trunkline.toml").write_text(
            "[masking]\nlisted = ['AccountNumber']\n[masking.columns.sessions]\nremote = 'drop'\n"
        )
        printed = at.run("tables", "--policy", TRUNKLINE_TOKEN_KEY=KEY)
        assert printed.returncode == 0, printed.stderr
        assert 'remote = "drop"' in printed.stdout
        assert KEY not in printed.stdout
        assert at.run("query", COUNT, TRUNKLINE_TOKEN_KEY=KEY).returncode == 0
        submits = at.asked("POST", "/details/jobs")
        # The same as a file of its own: nothing is stale, nothing is fetched.
        (tmp_path / "trunkline.toml").write_text("policy = 'policy.toml'\n")
        (tmp_path / "policy.toml").write_text(printed.stdout)
        assert at.run("query", COUNT, TRUNKLINE_TOKEN_KEY=KEY).returncode == 0
        assert at.asked("POST", "/details/jobs") == submits
        shown = at.run("tables", "sessions")
        (line,) = [row for row in shown.stdout.splitlines() if row.startswith("remote ")]
        assert "dropped" in line


def test_a_role_that_may_not_read_a_table_is_told_who_may(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        sql = f"SELECT * FROM finance.session_numbers WHERE {BOUND}"
        done = at.run("query", sql, TRUNKLINE_ROLE="analyst")
        assert done.returncode == 3
        assert "administrator or finance may read it" in done.stderr
        assert done.stdout == ""
        assert at.run("explain", COUNT, TRUNKLINE_ROLE="finance").returncode == 3
        assert at.requests == 0


def test_a_rule_that_would_show_customers_is_refused(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        (tmp_path / "policy.toml").write_text("[columns.participants]\nparticipant_name = 'keep'\n")
        done = at.run("query", COUNT, TRUNKLINE_POLICY="policy.toml")
        assert done.returncode == 2
        assert "policy.toml: participants.participant_name cannot be 'keep'" in done.stderr
        assert "names of customers are always REDACTED" in done.stderr


def test_a_key_that_cannot_be_used_is_not_repeated(tmp_path: Path) -> None:
    with desk(tmp_path) as at:
        done = at.run("query", COUNT, TRUNKLINE_TOKEN_KEY="correct horse")
        assert done.returncode == 2
        assert "openssl rand -hex 32" in done.stderr
        assert "horse" not in done.stderr + done.stdout
