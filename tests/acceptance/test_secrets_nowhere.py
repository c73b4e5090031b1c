"""A secret, a token key, a bearer token and the literals of a question, through failures of every
kind: in no byte that is printed or kept. What a secret is read from is the user's own."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.acceptance.commands import SMALL, Desk, desk
from trunkline_simulator.settings import Client, Fault, Settings

SECRET = "pl4nted/Secret+of=the client"
KEY = hashlib.sha256(b"a planted key").digest()
ID = "planted-client-id-0001"
NUMBER, NAME = "+61491570156", "Planted Person"
BOUND = "conversation_start >= '2025-03-01' AND conversation_start < '2025-03-03'"
ASKED = f"SELECT count(*) AS n FROM segments WHERE {BOUND}"
PLANTED = replace(SMALL, clients=(Client(ID, SECRET),))

FAULTS = {
    "none": (),
    "token refused": (Fault("POST /oauth/token", "401", times=0),),
    "not allowed": (Fault("* /api/*", "403", times=0),),
    "no answer": (Fault("GET *api*", "not-json", times=0),),
}
COMMANDS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "query": (("query", ASKED), {}),
    "doctor": (("doctor",), {}),
    "sync": (("sync", "--from", "2025-03-01", "--to", "2025-03-02"), {}),
    "explain": (("explain", f"{ASKED} AND wrap_up_note = '{NAME}'"), {}),
    "jobs": (("jobs",), {}),
    "other secret": (("query", ASKED), {"GENESYS_CLIENT_SECRET": f"{SECRET}x"}),
    "secret as key": (("query", ASKED), {"TRUNKLINE_TOKEN_KEY": SECRET}),
    "secret as number": (("query", ASKED), {"TRUNKLINE_SETTLE": SECRET}),
    "two ways": (("query", ASKED), {"GENESYS_CLIENT_SECRET_FILE": "secret.txt"}),
    "address in the way": (("query", ASKED), {"GENESYS_API_URL": "http://127.0.0.1:9"}),
}
# With literals that must be kept nowhere; DuckDB's own messages would quote some of them.
QUESTIONS = (
    f"SELECT count(*) AS n FROM sessions WHERE {BOUND} AND dnis <> '{NUMBER}'",
    f"SELECT count(*) AS n FROM sessions WHERE {BOUND} AND ani_token = number_token('{NUMBER}')",
    f"SELECT CAST('{NAME}' AS INTEGER) FROM sessions WHERE {BOUND}",
    f"SELECT '{NAME}'::TIMESTAMP, strptime('{NUMBER}', '%d') FROM sessions WHERE {BOUND}",
    f"SELECT error('{NAME}') FROM sessions WHERE {BOUND}",
    f"SELECT '{{{NAME}'::JSON->'a', json_extract('{NAME}', '$') FROM sessions WHERE {BOUND}",
    f"SELECT regexp_matches(conversation_id, '({NAME}') FROM sessions WHERE {BOUND}",
    f'SELECT 1 AS "{NAME}" FROM sessions WHERE {BOUND}',
)


def at_desk(folder: Path, faults: tuple[Fault, ...]) -> Iterator[Desk]:
    settings: Settings = replace(PLANTED, faults=faults)
    with desk(folder, settings) as at:
        at.environment.update(TRUNKLINE_TOKEN_KEY=KEY.hex(), TRUNKLINE_DEBUG="1")
        yield at


def forms_of_secrets(at: Desk) -> set[bytes]:
    pair = base64.b64encode(f"{ID}:{SECRET}".encode())
    keys = {KEY, KEY.hex().encode(), KEY.hex().upper().encode(), base64.b64encode(KEY)}
    texts = {SECRET.encode(), quote(SECRET).encode(), quote(SECRET, safe="").encode(), pair}
    return keys | texts | {token.encode() for token in at.simulator.state.tokens}


def kept(at: Desk) -> bytes:
    return b"".join(path.read_bytes() for path in at.folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_no_failure_tells_a_secret(tmp_path: Path, fault: str) -> None:
    for at in at_desk(tmp_path, FAULTS[fault]):
        statuses, said = set(), b""
        for arguments, environment in list(COMMANDS.values())[: None if fault == "none" else 2]:
            done = at.run(*arguments, **environment)
            statuses.add(done.returncode)
            said += (done.stdout + done.stderr).encode()
        assert statuses & {2, 3, 4} if fault == "none" else 0 not in statuses
        assert len(at.simulator.state.tokens) > 0 or fault.startswith("token")
        wanted = re.compile(b"|".join(map(re.escape, sorted(forms_of_secrets(at)))))
        assert not (found := wanted.search(said)), found
        assert not (found := wanted.search(kept(at))), found


def test_what_a_question_says_is_kept_nowhere(tmp_path: Path) -> None:
    for at in at_desk(tmp_path, ()):
        statuses = [at.run("query", sql, "--certificate=c.json").returncode for sql in QUESTIONS]
        assert set(statuses) == {0, 2}
        runs = at.run("query", "SELECT statement FROM trunkline.runs", "--format", "csv")
        assert "dnis <> ?" in runs.stdout
        for literal in (NUMBER, NAME, NUMBER[1:]):
            assert literal not in runs.stdout
            assert literal.encode() not in kept(at)


def test_a_secret_in_a_file_is_read_from_it_and_kept_nowhere_else(tmp_path: Path) -> None:
    for at in at_desk(tmp_path / "desk", ()):
        place = tmp_path / "secret"
        place.write_text(f"{SECRET}\n")
        ways = {"GENESYS_CLIENT_SECRET": "", "GENESYS_CLIENT_SECRET_FILE": str(place)}
        done = at.run("query", ASKED, **ways)
        assert done.returncode == 0, done.stderr
        assert not any(form in kept(at) for form in forms_of_secrets(at))
        place.write_text("")
        again = f"SELECT count(*) AS n FROM segments WHERE {BOUND.replace('2025-03', '2025-01')}"
        done = at.run("query", again, **ways)
        assert done.returncode == 2
        assert f"the file {place} of the setting client_secret_file is empty" in done.stderr
