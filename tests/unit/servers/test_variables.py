"""Settings of a session: what they may be, what a transaction undoes, what a client is told."""

from __future__ import annotations

import pytest

from trunkline.servers.postgres.report import Refused
from trunkline.servers.postgres.server.opening import asked_for
from trunkline.servers.postgres.session.checks import milliseconds, names_of
from trunkline.servers.postgres.session.variables import Variables


def variables(told: list[tuple[str, str]] | None = None, **defaults: str) -> Variables:
    heard = told if told is not None else []
    return Variables(defaults, lambda name, value: heard.append((name, value)))


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("TimeZone", "europe/berlin", "Europe/Berlin"),
        ("TimeZone", "UTC+3", "UTC+3"),
        ("TimeZone", "-5", "<-05>+05"),
        ("TimeZone", "+5", "<+05>-05"),
        ("TimeZone", "<+03>-3", "<+03>-3"),
        ("client_encoding", "utf-8", "UTF8"),
        ("client_encoding", "'UNICODE'", "UTF8"),
        ("DateStyle", "iso", "ISO, MDY"),
        ("datestyle", "ISO, DMY", "ISO, DMY"),
        ("statement_timeout", "90000", "90s"),
        ("statement_timeout", "2min", "2min"),
        ("statement_timeout", "1500", "1500ms"),
        ("statement_timeout", "0", "0"),
        ("trunkline.fetch", "WAIT", "wait"),
        ("trunkline.allow_partial", "yes", "on"),
        ("trunkline.aggregates", "no", "off"),
        ("trunkline.aggregates", "", ""),
        ("extra_float_digits", "3", "3"),
        ("search_path", 'Local, "A b", public', 'local, "A b", public'),
        ("my.own", "anything", "anything"),
    ],
)
def test_values_are_shown_as_postgresql_shows_them(name: str, value: str, shown: str) -> None:
    found = variables()
    found.set(name, value)
    assert found[name] == shown


@pytest.mark.parametrize(
    ("name", "value", "state"),
    [
        ("client_encoding", "LATIN1", "22023"),
        ("DateStyle", "German", "22023"),
        ("IntervalStyle", "iso_8601", "22023"),
        ("TimeZone", "Mars/Olympus", "22023"),
        ("TimeZone", "UTC-05:30", "22023"),
        ("TimeZone", "5.5", "22023"),
        ("TimeZone", "200", "22023"),
        ("TimeZone", "CEST", "22023"),
        ("statement_timeout", "soon", "22023"),
        ("statement_timeout", "-1", "22023"),
        ("trunkline.fetch", "now", "22023"),
        ("trunkline.aggregates", "never", "22023"),
        ("trunkline.nothing", "1", "42704"),
        ("nothing", "1", "42704"),
        ("server_version", "16", "55P02"),
        ("trunkline.certificate", "{}", "55P02"),
        ("standard_conforming_strings", "off", "22023"),
    ],
)
def test_values_that_cannot_be_are_refused(name: str, value: str, state: str) -> None:
    with pytest.raises(Refused) as refusal:
        variables().set(name, value)
    assert refusal.value.report.sqlstate == state


def test_a_transaction_undoes_what_it_set_and_says_so() -> None:
    told: list[tuple[str, str]] = []
    found = variables(told, timezone="UTC")
    found.begin()
    found.set("TimeZone", "Asia/Tokyo")
    found.begin("a")
    found.set("TimeZone", "Europe/Paris", local=True)
    found.rollback(1)
    assert found["TimeZone"] == "Asia/Tokyo"
    found.rollback()
    assert found["TimeZone"] == "UTC"
    assert [value for _, value in told] == ["Asia/Tokyo", "Europe/Paris", "Asia/Tokyo", "UTC"]


def test_what_is_local_ends_with_its_transaction() -> None:
    found = variables(timezone="UTC")
    found.begin()
    found.set("TimeZone", "Asia/Tokyo", local=True)
    found.set("application_name", "kept")
    found.commit()
    assert (found["TimeZone"], found["application_name"]) == ("UTC", "kept")
    found.reset_all()
    assert found["application_name"] == ""


def test_a_certificate_outlives_a_rollback() -> None:
    found = variables()
    found.begin()
    found.note("trunkline.certificate", "{}")
    found.rollback()
    assert found["trunkline.certificate"] == "{}"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ("", {}),
        ("-c a=1 -cb=2 --c-d=3", {"a": "1", "b": "2", "c_d": "3"}),
        (r"-c path=a\ b\\c", {"path": "a b\\c"}),
        ("-c it's=x", {"it's": "x"}),
        ("-c", {}),
    ],
)
def test_options_of_a_startup_message_are_settings(options: str, found: dict[str, str]) -> None:
    parameters = {"user": "ann", "database": "lake", "options": options}
    assert asked_for(parameters) == found


def test_a_time_without_a_unit_is_in_milliseconds() -> None:
    assert [milliseconds(text) for text in ("5", "5s", "1.5min", "2h", "1d", "x", "5 y")] == [
        5, 5_000, 90_000, 7_200_000, 86_400_000, None, None,
    ]  # fmt: skip


def test_names_of_a_search_path_are_folded_unless_quoted() -> None:
    assert names_of('A, "B c", "d""e"') == ["a", "B c", 'd"e']
