"""Masking as properties: what it keeps, and that nothing else is ever let through."""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trunkline.catalog import Pii
from trunkline.flatten import masking
from trunkline.flatten.masking import Asked, Numbers, mask_all
from trunkline.flatten.policy import Policy
from trunkline.flatten.treatment import ALLOWED, Treatment

TEXTS = st.lists(st.none() | st.text())
DIGITS = st.text("0123456789", min_size=1, max_size=20)
KEY = bytes(range(32))
# Numbers as they are written, and what only resembles one.
WRITTEN = st.one_of(
    DIGITS,
    st.from_regex(r"(tel:)?\+?[0-9]([0-9 .()\-]{0,18}[0-9])?(;ext=[0-9]{1,4})?", fullmatch=True),
    st.from_regex(r"sips?:\+?[0-9]{1,15}(;[a-z]=[0-9])?@[a-z]{1,9}", fullmatch=True),
    st.text("0123456789+-(). ;@:telsip\u0660\uff11", max_size=24),
    st.text(),
)
UNHURRIED = settings(deadline=None)  # libphonenumber reads its metadata within the first example
MASKED = re.compile(r"[0-9]{1,4}\Z|REDACTED\Z")


def mask(array: pa.Array, pii: Pii) -> pa.Array:
    """By the default of its class, with a key."""
    return masking.mask(array, ALLOWED[pii][0], pii, Numbers(Policy(key=KEY, region="AU")))


def masked(values: list[Any], pii: Pii) -> list[Any]:
    array = pa.array(values, pa.string())
    found: list[Any] = mask(array, pii).to_pylist()
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tel:+15550100123", "0123"),
        ("TEL:+15550100123", "0123"),
        ("tel:+15550100123;ext=99", "0123"),
        ("+1 (555) 010-0123", "0123"),
        ("555.010.0123", "0123"),
        ("1234567", "4567"),
        ("123456", "56"),
        ("112", "12"),
        ("7", "7"),
        ("", "REDACTED"),
        ("tel:", "REDACTED"),
        ("anonymous", "REDACTED"),
        ("sip:15550100123@example.com", "REDACTED"),
        ("SIPS:15550100123@example.com", "REDACTED"),
        ("sip:15550100123", "REDACTED"),
        ("a.person1987@example.com", "REDACTED"),
        ("284f769e-9a3c-4624-b902-40ab8312c7d5", "REDACTED"),
        ("\u0660\u0661\u0662\u0663\u0664\u0665\u0666", "REDACTED"),
        ("+1555010012\uff13", "REDACTED"),
        (None, None),
    ],
)
@pytest.mark.parametrize("pii", [Pii.PHONE, Pii.CONTACT])
def test_numbers_and_what_only_looks_like_one(text: str, expected: str, pii: Pii) -> None:
    assert masked([text], pii) == [expected]


@pytest.mark.parametrize(
    "text", ["A Person", "person 4", "#42", "1/2", "\uff15", "1\u00a0234\u00a0567"]
)
def test_a_contact_that_is_no_number_is_redacted(text: str) -> None:
    assert masked([text], Pii.CONTACT) == ["REDACTED"]


@given(TEXTS)
def test_a_name_is_redacted_where_there_is_one(values: list[str | None]) -> None:
    assert masked(values, Pii.NAME) == [v if v is None else "REDACTED" for v in values]


@given(TEXTS)
def test_free_text_is_dropped(values: list[str | None]) -> None:
    assert masked(values, Pii.FREE_TEXT) == [None] * len(values)


@given(TEXTS)
def test_text_without_personal_data_is_kept(values: list[str | None]) -> None:
    assert masked(values, Pii.NONE) == values


@given(TEXTS)
def test_a_listed_value_is_kept_as_it_is(values: list[str | None]) -> None:
    assert masked(values, Pii.LISTED) == values


@pytest.mark.parametrize("pii", [Pii.PHONE, Pii.CONTACT])
@given(values=TEXTS)
def test_at_most_four_digits_are_ever_left(pii: Pii, values: list[str | None]) -> None:
    found = masked(values, pii)
    assert [cell is None for cell in found] == [value is None for value in values]
    assert all(MASKED.match(cell) for cell in found if cell is not None)


@pytest.mark.parametrize("pii", [Pii.PHONE, Pii.CONTACT])
@given(digits=DIGITS, prefix=st.sampled_from(["", "+", "tel:", "tel:+", " "]))
def test_a_number_keeps_its_last_digits(pii: Pii, digits: str, prefix: str) -> None:
    expected = digits[-4:] if len(digits) > 6 else digits[-2:]
    assert masked([prefix + digits], pii) == [expected]


@given(st.sampled_from(["sip:", "sips:", "SIP:", " sip:"]), st.text())
def test_a_sip_address_is_never_read_for_digits(scheme: str, rest: str) -> None:
    assert masked([scheme + rest], Pii.PHONE) == ["REDACTED"]
    assert masked([scheme + rest], Pii.CONTACT) == ["REDACTED"]


@given(
    st.lists(st.none() | st.lists(st.none() | st.text())),
    st.sampled_from([Pii.PHONE, Pii.CONTACT, Pii.NAME]),
)
def test_lists_are_masked_element_by_element(
    values: list[list[str | None] | None], pii: Pii
) -> None:
    found = mask(pa.array(values, pa.list_(pa.string())), pii).to_pylist()
    assert found == [None if each is None else masked(each, pii) for each in values]


def test_lists_of_free_text_are_dropped() -> None:
    lists = pa.array([["a"], [], None], pa.list_(pa.string()))
    assert mask(lists, Pii.FREE_TEXT).to_pylist() == [None, None, None]


@pytest.mark.parametrize("pii", [Pii.PHONE, Pii.CONTACT, Pii.NAME, Pii.FREE_TEXT])
@given(values=st.lists(st.text("abcdef@", min_size=12), min_size=1), cut=st.integers(0, 3))
def test_no_buffer_of_the_result_holds_the_text(pii: Pii, values: list[str], cut: int) -> None:
    result = mask(pa.array(values, pa.string())[cut:], pii)
    held = b"".join(bytes(buffer) for buffer in result.buffers() if buffer is not None)
    assert not [value for value in values if value.encode() in held]


def test_a_slice_is_masked_as_a_slice() -> None:
    numbers = pa.array(["+15550100001", None, "+15550100002", "x"])[1:]
    assert mask(numbers, Pii.PHONE).to_pylist() == [None, "0002", "REDACTED"]
    lists = pa.array([["+15550100001"], None, ["+15550100002", None], []])[1:]
    assert mask(lists, Pii.PHONE).to_pylist() == [None, ["0002", None], []]


def test_columns_masked_together_are_masked_as_each_would_be_alone() -> None:
    """Of one source or several, texts or lists, with NULLs and without rows."""
    numbers = Numbers(Policy(key=KEY, region="AU"))
    some = pa.array(["tel:+61491570156", None, "Ann", "0491 570 156", "sip:7@x"])
    lists = pa.array([["Ann", None, "66455"], None, [], ["tel:+61491570156"], ["112"]])
    arrays = {"a": some, "b": lists, "c": some[2:], "d": lists[1:4], "e": some[:0]}
    asked = [
        (Asked(source, ALLOWED[pii][0], pii), array)
        for pii in (Pii.FRONT, Pii.PHONE, Pii.NONE, Pii.TOKEN, Pii.CONTACT, Pii.NAME)
        for source, array in arrays.items()
    ]
    together = mask_all(asked, numbers)
    for (one, array), masked_array in zip(asked, together, strict=True):
        assert masked_array.equals(masking.mask(array, one.treatment, one.pii, numbers))


def tokens(values: list[Any], key: bytes | None = KEY, region: str = "AU") -> list[Any]:
    numbers = Numbers(Policy(key=key, region=region))
    array = pa.array(values, pa.string())
    found: list[Any] = masking.mask(array, Treatment.TOKEN, Pii.TOKEN, numbers).to_pylist()
    return found


def test_equal_numbers_have_equal_tokens_and_what_is_none_has_none() -> None:
    expected = hmac.new(KEY, b"+61491570156", hashlib.sha256).hexdigest()[:32]
    same = [
        "tel:+61491570156",
        "+61 491 570 156",
        "0491 570 156",
        "sip:+61491570156@example.com",
        "61491570156",
    ]
    assert tokens(same) == [expected] * len(same)
    assert tokens(["ann@example.com", "Ann", "", None, "112"]) == [None] * 5
    assert tokens(["tel:+61491570157"]) != [expected]
    assert tokens(["0491 570 156"], region="") == [None]


def test_without_a_key_there_are_no_tokens() -> None:
    assert tokens(["tel:+61491570156"], key=None) == [None]
    lists = pa.array([["+61491570156"], None], pa.list_(pa.string()))
    assert masking.mask(lists, Treatment.TOKEN, Pii.TOKEN).to_pylist() == [None, None]


def test_tokens_of_lists_stand_at_their_places() -> None:
    lists = pa.array([["x", "+61491570156"], None, [], [None]], pa.list_(pa.string()))
    (one,) = tokens(["+61491570156"])
    assert mask(lists, Pii.TOKEN).to_pylist() == [[None, one], None, [], [None]]


@UNHURRIED
@given(st.lists(st.none() | WRITTEN))
def test_a_token_has_its_form_and_no_more_than_that(values: list[str | None]) -> None:
    found = tokens(values)
    assert len(found) == len(values)
    assert all(cell is None or re.fullmatch("[0-9a-f]{32}", cell) for cell in found)
    assert found == tokens(values)


@pytest.mark.parametrize(
    ("text", "front"),
    [
        ("tel:+61491570156", "+6149157"),
        ("0491 570 156", "+6149157"),
        ("sip:+61491570156@example.com", "+6149157"),
        ("SIP:%2B61491570156:x@example.com", "+6149157"),
        ("sips:%2b61491570156;a=b@example.com", "+6149157"),
        ("sip:0491570156@b.example.com", "+6149157"),
        ("tel:0491570156;phone-context=example.com", "+6149157"),
        ("1234567", "123"),
        ("123456", "1234"),
        ("66455", "664"),
        ("112", "1"),
        ("12", "REDACTED"),
        ("7", "REDACTED"),
        ("4111111111111111", "REDACTED"),
        ("ann@example.com", "REDACTED"),
        ("sip:ann@example.com", "REDACTED"),
        ("", "REDACTED"),
        (None, None),
    ],
)
def test_the_front_of_a_number(text: str | None, front: str | None) -> None:
    assert masked([text], Pii.FRONT) == [front]


@UNHURRIED
@given(st.lists(WRITTEN), st.sampled_from(["", "AU", "AR", "MX", "US"]))
def test_the_two_views_never_hold_the_same_digit(values: list[str], region: str) -> None:
    """Laid over the number, as it came or in E.164, the front ends before the tail begins."""
    array, numbers = pa.array(values, pa.string()), Numbers(Policy(region=region))
    fronts = masking.mask(array, Treatment.FRONT, Pii.FRONT, numbers).to_pylist()
    for pii in (Pii.PHONE, Pii.CONTACT):
        tails = masking.mask(array, Treatment.LAST_DIGITS, pii, numbers).to_pylist()
        for text, front, tail in zip(values, fronts, tails, strict=True):
            if "REDACTED" in (front, tail):
                continue
            whole = numbers.number(text) or re.sub("[^0-9]", "", text.partition(";")[0])
            assert whole.startswith(front)
            assert whole.endswith(tail)
            assert len(front) + len(tail) <= len(whole)
            assert len(tail) <= 4


@UNHURRIED
@given(st.lists(WRITTEN))
def test_the_front_is_never_the_end_of_a_number(values: list[str]) -> None:
    numbers = Numbers(Policy())
    array = pa.array(values, pa.string())
    fronts = masking.mask(array, Treatment.FRONT, Pii.FRONT, numbers).to_pylist()
    for text, front in zip(values, fronts, strict=True):
        number = numbers.number(text)
        if number is not None and front != "REDACTED":
            assert front == number[:-4]


@UNHURRIED
@given(st.lists(st.none() | WRITTEN))
def test_a_front_does_not_depend_on_what_stands_beside_it(values: list[str | None]) -> None:
    assert masked(values, Pii.FRONT) == [masked([value], Pii.FRONT)[0] for value in values]
