"""A connection in a session: what answers what, and what an error leaves behind.

Expected sequences are those of https://www.postgresql.org/docs/15/protocol-flow.html; the letters
are T row description, D row, C complete, Z ready, E error, s suspended, 1 2 3 parsed, bound,
closed, t parameters, n no data, I empty, H d c copying, N notice, S setting.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import postgres_client as client
from tests.postgres_client import SYNC, bind, close, describe, execute, parse, query
from tests.unit.servers.serving import Server
from trunkline.servers.postgres.messages.backend import Transaction
from trunkline.servers.postgres.protocol.events import Closed, Released, Run
from trunkline.servers.postgres.protocol.phase import Phase
from trunkline.servers.postgres.protocol.portals import MOST_HELD, MOST_NAMES
from trunkline.servers.postgres.report import Report, Severity
from trunkline.servers.postgres.types import INT4, TEXT, TIMESTAMPTZ


def session() -> Server:
    server = Server()
    server.begin()
    return server


def heard(server: Server, *parts: bytes) -> str:
    return client.letters(server.say(b"".join(parts)))


def errors(sent: bytes) -> list[str]:
    return [client.fields(body)["C"] for letter, body in client.messages(sent) if letter == "E"]


def state(sent: bytes) -> bytes:
    letter, body = list(client.messages(sent))[-1]
    assert letter == "Z"
    return body


def rows(sent: bytes) -> list[int]:
    found = (client.row(body)[0] for letter, body in client.messages(sent) if letter == "D")
    return [int(value or b"") for value in found]


# The simple protocol.


def test_a_simple_query_is_described_answered_and_done() -> None:
    sent = list(client.messages(session().say(query("rows 2"))))
    assert "".join(letter for letter, _ in sent) == "TDDCZ"
    assert client.oids(sent[0][1]) == [INT4.oid]
    assert sent[3][1] == b"SELECT 2\0"


def test_statements_of_one_query_are_answered_one_after_another_up_to_an_error() -> None:
    assert heard(session(), query("rows 1;rows 0")) == "TDCTCZ"
    assert heard(session(), query("rows 1;bad;rows 1")) == "TDCEZ"


def test_an_empty_query() -> None:
    assert heard(session(), query("")) == "IZ"


def test_rows_are_copied_out() -> None:
    sent = list(client.messages(session().say(query("copy 2"))))
    assert "".join(letter for letter, _ in sent) == "HddcCZ"
    assert sent[0][1] == struct.pack("!bhh", 0, 1, 0)


def test_a_transaction_fails_by_an_error_and_waits_for_its_end() -> None:
    server = session()
    assert state(server.say(query("begin"))) == b"T"
    assert state(server.say(query("bad"))) == b"E"
    sent = server.say(query("rows 1"))
    assert errors(sent) == ["25P02"]
    assert state(sent) == b"E"
    assert state(server.say(query("rollback"))) == b"I"


def test_an_error_outside_a_transaction_leaves_none() -> None:
    assert state(session().say(query("bad"))) == b"I"


# The extended protocol.


def test_a_statement_is_parsed_bound_described_and_run() -> None:
    server = session()
    assert heard(server, parse("rows 2"), bind(), describe(b"P"), execute(), SYNC) == "12TDDCZ"


def test_what_gives_no_rows_has_no_description() -> None:
    assert heard(session(), parse("begin"), bind(), describe(b"P"), execute(), SYNC) == "12nCZ"
    assert heard(session(), parse(""), bind(), describe(b"P"), execute(), SYNC) == "12nIZ"


def test_a_statement_is_described_with_its_parameters() -> None:
    asked = parse("rows 1", "s", [INT4.oid, TEXT.oid]) + describe(b"S", "s") + SYNC
    sent = list(client.messages(session().say(asked)))
    assert "".join(letter for letter, _ in sent) == "1tTZ"
    assert sent[1][1] == struct.pack("!HII", 2, INT4.oid, TEXT.oid)


def test_result_formats_are_told_in_the_description() -> None:
    asked = parse("rows 1") + bind(results=[1]) + describe(b"P") + SYNC
    described = [body for letter, body in client.messages(session().say(asked)) if letter == "T"]
    assert described[0].endswith(struct.pack("!h", 1))


def test_a_portal_is_suspended_and_run_on_to_its_end() -> None:
    server = session()
    server.say(query("begin"))
    first = server.say(parse("rows 5") + bind(portal="p") + execute("p", 2) + client.FLUSH)
    assert (client.letters(first), rows(first)) == ("12DDs", [0, 1])
    second = server.say(execute("p", 2) + execute("p", 2) + SYNC)
    assert (client.letters(second), rows(second)) == ("DDsDCZ", [2, 3, 4])


def test_a_portal_at_its_end_gives_no_more() -> None:
    server = session()
    sent = server.say(parse("rows 1") + bind() + execute() + execute() + SYNC)
    assert client.letters(sent) == "12DCCZ"
    assert b"SELECT 0\0" in sent
    sent = server.say(parse("begin") + bind() + execute() + execute() + SYNC)
    assert errors(sent) == ["55000"]


def test_after_an_error_all_is_skipped_up_to_the_next_sync() -> None:
    server = session()
    skipped = (
        parse("rows 1") + bind() + query("rows 1") + execute() + client.message(b"F", bytes(4))
    )
    assert heard(server, parse("bad"), skipped, SYNC, parse("rows 1"), SYNC) == "EZ1Z"


def test_what_is_skipped_is_not_read() -> None:
    assert heard(session(), parse("bad"), bind(formats=[7]), SYNC) == "EZ"


def test_groups_of_messages_are_answered_in_order_however_many_come_at_once() -> None:
    group = parse("rows 1") + bind() + execute() + SYNC
    failing = parse("bad") + bind() + execute() + SYNC
    assert heard(session(), group, failing, group) == "12DCZ" + "EZ" + "12DCZ"


@given(st.lists(st.integers(0, 300), max_size=8))
def test_it_does_not_matter_how_the_bytes_are_cut(cuts: Sequence[int]) -> None:
    asked = parse("rows 3", "s") + bind((), "p", "s") + execute("p", 2) + SYNC + query("bad")
    asked += parse("bad") + bind() + SYNC + query("begin;rows 1")
    whole, server, sent, begin = session().say(asked), session(), b"", 0
    for end in [*sorted(cuts), len(asked)]:
        sent += server.say(asked[begin:end])
        begin = max(begin, min(end, len(asked)))
    assert sent == whole


# Names.


def test_named_statements_stay_and_the_unnamed_one_is_replaced() -> None:
    server = session()
    assert heard(server, parse("rows 1", "s"), parse("rows 2"), parse("rows 3"), SYNC) == "111Z"
    sent = server.say(bind(statement="s") + execute() + bind() + execute() + SYNC)
    assert rows(sent) == [0, 0, 1, 2]
    assert errors(server.say(parse("rows 1", "s") + SYNC)) == ["42P05"]


def test_a_simple_query_forgets_the_unnamed_statement() -> None:
    server = session()
    server.say(parse("rows 1") + SYNC + query("rows 1"))
    assert errors(server.say(bind() + SYNC)) == ["26000"]


def test_a_parse_that_fails_leaves_no_unnamed_statement() -> None:
    server = session()
    assert errors(server.say(parse("rows 1") + parse("bad") + SYNC + bind() + SYNC)) == [
        "42601",
        "26000",
    ]


@pytest.mark.parametrize(
    ("asked", "sqlstate"),
    [
        (bind(statement="none"), "26000"),
        (describe(b"S", "none"), "26000"),
        (describe(b"P", "none"), "34000"),
        (execute("none"), "34000"),
        (parse("rows 1") + bind(portal="p") + bind(portal="p"), "42P03"),
        (parse("rows 1") + bind([b"1"]), "08P01"),
        (parse("rows 1", oids=[23, 23]) + bind([b"1", b"2"], formats=[0, 0, 0]), "08P01"),
        (parse("rows 1") + bind(results=[0, 1]), "08P01"),
        (parse("rows 1", oids=[23]) + bind([b"one"]), "22P02"),
        (parse("rows 1", oids=[23]) + bind([b"one"], formats=[1]), "22P03"),
        (bind(formats=[7]), "22023"),
    ],
)
def test_what_cannot_be_is_an_error_and_the_connection_goes_on(asked: bytes, sqlstate: str) -> None:
    server = session()
    assert errors(server.say(asked + SYNC)) == [sqlstate]
    assert heard(server, query("rows 0")) == "TCZ"


def test_an_error_names_the_parameter_and_not_its_value() -> None:
    asked = parse("rows 1", oids=[25, 23]) + bind([b"a", b"+31612345678x"]) + SYNC
    ((_, body),) = [one for one in client.messages(session().say(asked)) if one[0] == "E"]
    assert client.fields(body)["M"] == "invalid input syntax for parameter $2 of type integer"


def test_closing_what_is_not_there_is_no_error() -> None:
    assert heard(session(), close(b"S", "none"), close(b"P", "none"), SYNC) == "33Z"


def test_closed_names_are_free_and_what_they_held_is_released() -> None:
    server = session()
    server.say(parse("rows 1", "s") + bind((), "p", "s") + close(b"P", "p"))
    released = [event for event in server.events if isinstance(event, Released)]
    assert [portal.name for portal in released[0].portals] == ["p"]
    assert heard(server, bind((), "p", "s"), close(b"S", "s"), parse("rows 1", "s"), SYNC) == "231Z"


def test_portals_live_as_long_as_their_transaction() -> None:
    server = session()
    assert errors(server.say(parse("rows 1") + bind(portal="p") + SYNC + execute("p") + SYNC)) == [
        "34000"
    ]
    server.say(query("begin"))
    server.say(parse("rows 1") + bind(portal="p") + SYNC)
    assert heard(server, execute("p"), SYNC) == "DCZ"
    server.say(query("commit"))
    assert errors(server.say(execute("p") + SYNC)) == ["34000"]


def test_a_cursor_of_sql_is_a_portal() -> None:
    server = session()
    server.say(query("begin;declare"))
    assert heard(server, describe(b"P", "cursor"), execute("cursor", 2), SYNC) == "TDDsZ"
    assert errors(server.say(parse("rows 1") + bind(portal="cursor") + SYNC)) == ["42P03"]


def test_a_portal_that_is_held_outlives_its_transaction() -> None:
    server = session()
    server.say(query("begin;declare"))
    server.connection.portals.find("cursor").holdable = True
    server.say(query("commit"))
    assert server.connection.portals.find("cursor")


@pytest.mark.parametrize(
    "asked",
    [parse("rows 1"), bind(statement="s"), describe(b"S", "s"), execute("p"), describe(b"P", "p")],
)
def test_a_failed_transaction_refuses_all_but_its_end(asked: bytes) -> None:
    server = session()
    server.say(query("begin") + parse("rows 1", "s") + bind((), "p", "s") + SYNC + query("bad"))
    sent = server.say(asked + SYNC)
    assert errors(sent) == ["25P02"]
    assert state(sent) == b"E"
    assert state(server.say(parse("rollback") + bind() + execute() + SYNC)) == b"I"


def test_parameters_are_read_by_their_type_and_the_clock_of_the_session() -> None:
    server = session()
    server.connection.zone = ZoneInfo("Europe/Amsterdam")
    oids = [INT4.oid, TIMESTAMPTZ.oid, TEXT.oid]
    values = [struct.pack("!i", -5), b"2026-07-01 12:00", None]
    asked = parse("rows 0", oids=oids) + bind(values, formats=[1, 0, 0]) + execute() + SYNC
    server.say(asked)
    (run,) = [event for event in server.events if isinstance(event, Run)]
    assert run.portal.parameters == (-5, datetime(2026, 7, 1, 10, tzinfo=UTC), None)


def test_a_session_holds_so_many_statements_and_no_more() -> None:
    server = session()
    many = b"".join(parse("rows 1", f"s{number}") for number in range(MOST_NAMES))
    assert errors(server.say(many + SYNC)) == []
    assert errors(server.say(parse("rows 1", "one more") + SYNC)) == ["53400"]
    assert errors(server.say(close(b"S", "s0") + parse("rows 1", "one more") + SYNC)) == []


def test_what_portals_hold_is_bounded() -> None:
    server = session()
    value = b"x" * (MOST_HELD // 8)
    server.say(parse("rows 1", "s", [TEXT.oid]))
    sent = [server.say(bind([value], f"p{number}", "s") + client.FLUSH) for number in range(9)]
    assert [errors(one) for one in sent] == [[]] * 8 + [["53400"]]


# The rest.


def test_functions_are_not_called_by_oid() -> None:
    sent = session().say(client.message(b"F", struct.pack("!I", 1), b"rest"))
    assert (client.letters(sent), errors(sent)) == ("EZ", ["0A000"])


def test_rows_for_a_copy_that_was_refused_are_ignored() -> None:
    copy = client.message(b"d", b"1\n") + client.message(b"c") + client.message(b"f", b"why\0")
    assert heard(session(), query("bad"), copy, query("rows 0")) == "EZTCZ"


def test_a_query_that_is_not_utf8_is_an_error_of_that_query() -> None:
    sent = session().say(client.message(b"Q", b"\xff\0") + query("rows 0"))
    assert (client.letters(sent), errors(sent)) == ("EZTCZ", ["22021"])


def test_a_message_that_is_none_ends_the_connection() -> None:
    server = session()
    sent = server.say(client.message(b"?") + query("rows 1"))
    assert (client.letters(sent), errors(sent)) == ("E", ["08P01"])
    assert server.events[-1] == Closed()


def test_goodbye() -> None:
    server = session()
    server.say(query("begin;declare"))
    assert server.say(client.TERMINATE + query("rows 1")) == b""
    assert {type(event) for event in server.events[-2:]} == {Closed, Released}
    assert server.connection.phase is Phase.CLOSED


def test_notices_and_settings_may_be_told_at_any_time() -> None:
    server = session()
    server.connection.notice(Report(Severity.NOTICE, "00000", "half done", hint="wait"))
    server.connection.parameter("TimeZone", "Europe/Amsterdam")
    (notice, setting) = client.messages(b"".join(server.connection.outgoing()))
    assert notice[0] == "N"
    assert client.fields(notice[1]) == {
        "S": "NOTICE", "V": "NOTICE", "C": "00000", "M": "half done", "H": "wait",
    }  # fmt: skip
    assert setting == ("S", b"TimeZone\0Europe/Amsterdam\0")


def test_all_fields_of_an_error_are_sent_and_no_zero_byte_breaks_them() -> None:
    server = session()
    server.connection.feed(query("rows 1"))
    server.connection.next_event()
    server.connection.fail(Report(Severity.ERROR, "42703", "no\0 column", "detail", "hint", 8))
    error, ready = client.messages(b"".join(server.connection.outgoing()))
    assert client.fields(error[1]) == {
        "S": "ERROR", "V": "ERROR", "C": "42703", "M": "no column", "D": "detail", "H": "hint",
        "P": "8",
    }  # fmt: skip
    assert ready == ("Z", b"I")


def test_an_answer_out_of_turn_is_a_defect_of_the_server() -> None:
    server = session()
    for answer in (server.connection.finish, server.connection.suspend, server.connection.trust):
        with pytest.raises(RuntimeError, match="out of turn: the connection is READY"):
            answer()


def test_nothing_more_is_read_while_an_answer_is_due() -> None:
    connection = session().connection
    connection.feed(query("rows 1") + query("rows 1"))
    assert connection.next_event()
    assert connection.next_event() is None
    connection.complete("SELECT 0")
    connection.finish()
    assert connection.next_event()


@given(st.lists(st.binary(max_size=60) | st.sampled_from(
    [parse("rows 3"), bind(), execute(max_rows=1), SYNC, query("begin"), query("bad"),
     describe(b"P"), describe(b"S"), close(b"P"), parse("bad"), client.message(b"F", bytes(4))]
), max_size=12))  # fmt: skip
def test_whatever_comes_the_answer_is_whole_messages(parts: list[bytes]) -> None:
    server = session()
    for part in parts:
        sent = client.letters(server.say(part))
        assert set(sent) <= set("TDCZEs123tnI")
    assert server.connection.phase in {Phase.READY, Phase.SKIPPING, Phase.CLOSED}
    assert server.connection.transaction in Transaction
