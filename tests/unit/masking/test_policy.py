"""What a policy may say, what it means, and what is said where it may not."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator

import pytest

from trunkline.catalog import Column, Pii, Table, Whose
from trunkline.engine.registry import catalog
from trunkline.errors import ConfigError
from trunkline.flatten.policy import Policy, resolved
from trunkline.flatten.policy_text import policy_text
from trunkline.flatten.treatment import Treatment, allowed, default_of
from trunkline.types import Type

CATALOG = catalog()
KEY = bytes(range(32))


def policy(toml: str, *, key: bytes | None = None, region: str = "") -> Policy:
    return resolved(tomllib.loads(toml), CATALOG, "policy.toml", key=key, region=region)


def treatment(found: Policy, table: str, column: str) -> Treatment:
    schema, _, name = table.rpartition(".")
    declared = CATALOG.find(name, schema or None)
    assert declared is not None
    return found.treatment(declared, declared.column(column))


def every() -> Iterator[tuple[Table, Column]]:
    return ((table, column) for table in CATALOG.tables for column in table.columns)


def test_without_rules_the_design_holds() -> None:
    """DESIGN section 7, read by hand."""
    none = policy("")
    assert none == Policy()
    expected = {
        ("participants", "participant_name"): "redact",
        ("sessions", "ani"): "last_digits",
        ("sessions", "remote"): "last_digits",
        ("segments", "subject"): "drop",
        ("segments", "wrap_up_note"): "drop",
        ("participant_attributes", "name"): "keep",
        ("participant_attributes", "value"): "listed",
        ("session_flows", "transfer_target_name"): "redact",
        ("session_flows", "flow_name"): "keep",
        ("conversation_evaluations", "form_name"): "keep",
        ("sessions", "protocol_call_id"): "keep",
        ("finance.session_numbers", "ani_prefix"): "front",
    }
    assert {place: treatment(none, *place).value for place in expected} == expected


def test_a_rule_of_a_column_wins_over_that_of_its_class() -> None:
    found = policy(
        "[classes]\ncontact = 'redact'\n[columns.sessions]\nremote = 'last_digits'\nani = 'drop'\n"
    )
    assert treatment(found, "sessions", "cc") is Treatment.REDACT
    assert treatment(found, "session_flows", "entry_reason") is Treatment.REDACT
    assert treatment(found, "sessions", "remote") is Treatment.LAST_DIGITS
    assert treatment(found, "sessions", "ani") is Treatment.DROP
    assert treatment(found, "sessions", "ani_token") is Treatment.TOKEN
    assert treatment(found, "sessions", "dnis") is Treatment.LAST_DIGITS


@pytest.mark.parametrize(
    ("table", "column", "to"),
    [
        ("participants", "user_id", "redact"),
        ("participants", "external_contact_id", "drop"),
        ("conversations", "conversation_end", "drop"),
        ("sessions", "t_talk_ms", "drop"),
        ("conversations", "external_tag", "keep"),
        ("session_flows", "flow_name", "redact"),
        ("finance.session_numbers", "dnis_prefix", "drop"),
        ("interactions", "originating_direction", "drop"),
        ("genesys.sessions", "ani", "redact"),
    ],
)
def test_what_a_rule_may_do(table: str, column: str, to: str) -> None:
    found = policy(f"[columns.\"{table}\"]\n{column} = '{to}'")
    assert treatment(found, table, column).value == to


@pytest.mark.parametrize(
    ("toml", "words", "hint"),
    [
        ("[columns.participants]\nparticipant_name = 'keep'", "names of customers", "redact"),
        ("[columns.sessions]\nani = 'keep'", "more than its last digits", "last_digits"),
        ("[columns.sessions]\nremote = 'keep'", "last digits", "last_digits"),
        ("[columns.sessions]\nani = 'front'", "more than its last digits", "last_digits"),
        ("[columns.sessions]\njourney_customer_id = 'keep'", "address or a number", "redact"),
        ("[columns.segments]\nwrap_up_note = 'redact'", "always dropped", "drop"),
        ("[columns.participant_attributes]\nvalue = 'keep'", "`listed`", "listed"),
        ("[columns.sessions]\nani_token = 'keep'", "made with the key", "token"),
        ("[columns.'finance.session_numbers']\nani_prefix = 'keep'", "never holds", "front"),
        ("[columns.'finance.session_numbers']\nani_prefix = 'last_digits'", "never", "front"),
        ("[classes]\nname = 'keep'", "names of customers", "redact"),
        ("[classes]\nidentifier = 'keep'", "sessions.journey_customer_id", "redact"),
        ("[columns.conversations]\nconversation_id = 'drop'", "names the row", "as it is"),
        ("[columns.conversations]\nconversation_start = 'drop'", "names the row", "as it is"),
        ("[columns.sessions]\nparticipant_key = 'drop'", "names the row", "as it is"),
        ("[columns.participant_attributes]\nname = 'drop'", "names the row", "as it is"),
        ("[columns.sessions]\nt_talk_ms = 'redact'", "no text", "drop"),
        ("[columns.sesions]\nani = 'drop'", "no table sesions", "sessions?"),
        ("[columns.session_numbers]\nani_prefix = 'drop'", "no table", "finance.session_numbers?"),
        (
            "[columns.sessions]\nanni = 'drop'",
            ": there is no column anni",
            "ani?",
        ),
        ("[classes]\nphones = 'drop'", "no class phones", "phone?"),
        ("[columns.sessions]\nani = 'redacted'", "no treatment", "redact?"),
        ("[colums.sessions]\nani = 'drop'", "no part colums", "columns?"),
        ("listed = 'order'", "list of names", "listed = ["),
        ("listed = ['']", "list of names", None),
        ("listed = [1]", "list of names", None),
        ("classes = 1", "classes must be a table", None),
        ("[columns]\nsessions = 'drop'", "columns.sessions must be a table", None),
        ("[columns.sessions]\nani = 4", "columns.sessions.ani must be one of", None),
    ],
)
def test_what_a_rule_may_not(toml: str, words: str, hint: str | None) -> None:
    with pytest.raises(ConfigError) as raised:
        policy(toml)
    assert raised.value.message.startswith("policy.toml: ")
    assert words in raised.value.message
    assert hint is None or hint in str(raised.value.hint)


def test_nothing_of_a_customer_can_ever_be_kept() -> None:
    """Of every masked column that may be a customer's, no rule leaves it as it came."""
    for _, column in every():
        if column.pii is not Pii.NONE and column.whose is Whose.CUSTOMER:
            assert Treatment.KEEP not in allowed(column)
        if column.pii is not Pii.FRONT:
            assert Treatment.FRONT not in allowed(column)


def test_employees_and_configuration_are_kept_and_may_be_masked() -> None:
    for whose in (Whose.EMPLOYEE, Whose.CONFIGURATION):
        name = Column("name", Type.TEXT, "user.name", "Name.", pii=Pii.NAME, whose=whose)
        assert default_of(name) is Treatment.KEEP
        assert {Treatment.REDACT, Treatment.DROP} <= set(allowed(name))
        number = Column("phone", Type.TEXT, "user.phone", "x", pii=Pii.PHONE, whose=whose)
        assert Treatment.KEEP not in allowed(number)


@pytest.mark.parametrize(
    "toml",
    [
        "",
        "listed = ['order', 'a\"b\\\\c', '\u20ac\\u007f']",
        "[classes]\ncontact = 'redact'\nlisted = 'drop'",
        "[columns.conversations]\nexternal_tag = 'keep'\n[columns.sessions]\nt_talk_ms = 'drop'",
        "[columns.'finance.session_numbers']\nani_prefix = 'drop'",
    ],
)
def test_what_is_printed_reads_back_as_the_same(toml: str) -> None:
    told = policy(toml)
    again = policy(policy_text(told, CATALOG))
    assert again.listed == told.listed
    assert all(again.treatment(t, c) is told.treatment(t, c) for t, c in every())
    assert again.fingerprint(CATALOG.tables) == told.fingerprint(CATALOG.tables)


def test_what_is_printed_has_nothing_of_the_key() -> None:
    assert policy_text(policy("", key=KEY), CATALOG) == policy_text(policy(""), CATALOG)
    assert KEY.hex() not in repr(policy("", key=KEY))


def test_the_fingerprint_changes_with_what_lands_and_with_nothing_else() -> None:
    tables = CATALOG.tables
    found = [
        policy("").fingerprint(tables),
        policy("listed = ['a']").fingerprint(tables),
        policy("listed = ['a', 'b']").fingerprint(tables),
        policy("[columns.sessions]\nani = 'drop'").fingerprint(tables),
        policy("[columns.conversations]\nexternal_tag = 'keep'").fingerprint(tables),
        policy("", key=KEY).fingerprint(tables),
        policy("", key=KEY[::-1]).fingerprint(tables),
        policy("", region="AU").fingerprint(tables),
    ]
    assert len(set(found)) == len(found)
    same = policy("[columns.sessions]\nani = 'last_digits'").fingerprint(tables)
    assert same == found[0]
    elsewhere = tuple(table for table in tables if table.name != "sessions")
    ruled = policy("[columns.sessions]\nani = 'drop'")
    assert ruled.fingerprint(elsewhere) == policy("").fingerprint(elsewhere)
