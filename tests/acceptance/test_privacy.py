"""Planted names, numbers, addresses and values are in no byte that leaves the process."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import duckdb
import pytest

from tests.acceptance.commands import desk
from tests.gateway import TABLES
from trunkline_simulator import Shape, conversations_of
from trunkline_simulator.personal import planted_values

FIRST = date(2025, 3, 1)
DAYS = 10
BOUND = "conversation_start >= '2025-03-01' AND conversation_start < '2025-03-11'"


KEY = hashlib.sha256(b"a key for tests").digest()


@pytest.mark.parametrize("key", [KEY.hex(), ""], ids=["with a key", "without one"])
def test_nothing_personal_is_kept_or_shown(tmp_path: Path, key: str) -> None:
    with desk(tmp_path) as at:
        settings = {"TRUNKLINE_TOKEN_KEY": key, "TRUNKLINE_PHONE_REGION": "US"}
        shape = at.simulator.settings.shape
        days = (FIRST + timedelta(days=n) for n in range(DAYS))
        planted = {value for day in days for value in planted_values(shape, day) if len(value) > 4}
        said = b""
        for question in _questions(planted, with_key=bool(key)):
            done = at.run("query", question, "--format", "jsonl", **settings)
            assert done.returncode == 0, done.stderr
            said += done.stdout.encode() + done.stderr.encode()
        assert bool(re.search(rb'"ani_token": ?"[0-9a-f]{32}"', said)) is bool(key)
        assert len(planted) > 250
        assert {"tel", "sip", "@"} <= {
            kind for kind in ("tel", "sip", "@") for value in planted if kind in value
        }
        places = {"output": said}
        for path in tmp_path.rglob("*"):
            if path.is_file():
                places[path.name] = path.read_bytes() + _uncompressed(path)
        assert any(name.endswith(".parquet") for name in places)
        # One pass over each place; a value is a value wherever it stands.
        secrets = {form for value in planted for form in _forms(value)} | _forms_of_key()
        wanted = re.compile(b"|".join(re.escape(form) for form in sorted(secrets)))
        for name, content in places.items():
            assert not wanted.search(content), f"something personal is in {name}"


def _questions(planted: set[str], *, with_key: bool) -> Iterator[str]:
    """Everything there is; and, as it is asked, one number itself."""
    for table in TABLES:
        yield f"SELECT * FROM {table} WHERE {BOUND}"
    number = min(value for value in planted if value.startswith("+"))
    yield f"SELECT count(*) AS n FROM sessions WHERE {BOUND} AND dnis <> '{number}'"
    if with_key:
        token = f"number_token('{number}')"
        yield f"SELECT count(*) AS n FROM sessions WHERE {BOUND} AND ani_token = {token}"


def _forms(value: str) -> set[bytes]:
    """A value as it may be written: plain, in JSON (ASCII or not), in a URL."""
    plain = (value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
    quoted = (quote(value), quote(value, safe=""), quote_plus(value), quote(value, safe="").lower())
    return {form.encode() for form in (*plain, *quoted)}


def _forms_of_key() -> set[bytes]:
    coded = (base64.b64encode(KEY), base64.urlsafe_b64encode(KEY).rstrip(b"="))
    return {KEY, KEY.hex().encode(), KEY.hex().upper().encode(), *coded}


def test_the_two_schemas_never_have_the_same_digit(tmp_path: Path) -> None:
    """By session, both views beside what the provider has: they do not add up to more than it."""
    with desk(tmp_path) as at:
        rows: dict[str, dict[str, str | None]] = {}
        for table, columns in (
            ("sessions", "ani, dnis, address_from"),
            ("finance.session_numbers", "ani_prefix, dnis_prefix, address_from_prefix"),
        ):
            sql = f"SELECT session_id, {columns} FROM {table} WHERE {BOUND}"
            done = at.run("query", sql, "--format", "jsonl")
            for line in done.stdout.splitlines():
                row = json.loads(line)
                rows.setdefault(row.pop("session_id"), {}).update(row)
        compared = 0
        for leg in _legs(at.simulator.settings.shape):
            row = rows[leg["sessionId"]]
            for vendors, name in (
                ("ani", "ani"),
                ("dnis", "dnis"),
                ("addressFrom", "address_from"),
            ):
                number = str(leg.get(vendors, "")).removeprefix("tel:")
                tail, front = row[name], row[f"{name}_prefix"]
                if not number.removeprefix("+").isdecimal() or tail is None or front is None:
                    continue
                assert number == front + tail
                assert len(tail) == (4 if len(number) > 7 else 2)
                compared += 1
        assert compared > 50


def _legs(shape: Shape) -> Iterator[dict[str, Any]]:
    for day in (FIRST + timedelta(days=n) for n in range(DAYS)):
        for made in conversations_of(shape, day):
            for owner in made["participants"]:
                yield from owner["sessions"]


def _uncompressed(path: Path) -> bytes:
    """What a Parquet file says once it is decompressed."""
    if path.suffix != ".parquet":
        return b""
    with duckdb.connect() as connection:
        rows = connection.execute("SELECT to_json(t)::VARCHAR FROM read_parquet(?) t", [str(path)])
        return "\n".join(row[0] for row in rows.fetchall()).encode()


@pytest.mark.parametrize("name", ["catalogue.sqlite", "jobs.sqlite"])
def test_the_data_directory_is_the_users_own(tmp_path: Path, name: str) -> None:
    with desk(tmp_path) as at:
        assert at.run("query", f"SELECT 1 FROM conversations WHERE {BOUND}").returncode == 0
        assert at.home.stat().st_mode & 0o777 == 0o700
        assert (at.home / name).exists()
