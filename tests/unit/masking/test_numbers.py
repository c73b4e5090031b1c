"""E.164: what is a number, and how it is written."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trunkline.errors import ConfigError
from trunkline.flatten.numbers import checked_region, e164

# The README of libphonenumber and its quick examples: 044 668 18 00 of CH is +41446681800.
LIBPHONENUMBER = [
    ("044 668 18 00", "CH", "+41446681800"),
    ("+41 44 668 18 00", "", "+41446681800"),
    ("011 41 44 668 1800", "US", "+41446681800"),
    ("(650) 253-0000", "US", "+16502530000"),
    ("+390236618300", "", "+390236618300"),
    ("02 3661 8300", "IT", "+390236618300"),
    ("+44 (0)20 7946 0958", "", "+442079460958"),
    ("020 7946 0958", "GB", "+442079460958"),
    ("0491 570 156", "AU", "+61491570156"),
    ("61491570156", "AU", "+61491570156"),
    ("tel:0491570156;phone-context=+61", "", "+61491570156"),
]
URIS = [
    ("tel:+61491570156", "+61491570156"),
    ("TEL:+61491570156;ext=12", "+61491570156"),
    ("+61491570156", "+61491570156"),
    (" +61491570156 ", "+61491570156"),
    ("sip:+61491570156@example.com", "+61491570156"),
    ("SIPS:+61491570156@example.com;user=phone", "+61491570156"),
    ("sip:+61491570156;phone-context=x@example.com", "+61491570156"),
    ("sip:+61491570156:secret@example.com", "+61491570156"),
    ("sip:%2B61491570156@example.com", "+61491570156"),
    ("tel:+1-202-555-0143", "+12025550143"),
]
NO_NUMBER = [
    "", " ", "+", "tel:", "anonymous", "Ann Example", "ann.1987@example.com", "sip:ann@example.com",
    "sip:61491570156", "sip:1001@example.com", "284f769e-9a3c-4624-b902-40ab8312c7d5",
    "+0491570156", "+1", "+1234567890123456", "0491 570 156", "66455", "+61\u0660491570156",
    "\uff0b61491570156", "1-800-FLOWERS", "call +61491570156", "+61491570156 or +61491570157",
]  # fmt: skip


@pytest.mark.parametrize(("text", "region", "number"), LIBPHONENUMBER)
def test_numbers_as_libphonenumber_reads_them(text: str, region: str, number: str) -> None:
    assert e164(text, region) == number


@pytest.mark.parametrize(("text", "number"), URIS)
@pytest.mark.parametrize("region", ["", "DE"])
def test_a_number_with_its_country_needs_no_region(text: str, number: str, region: str) -> None:
    assert e164(text, region) == number


@pytest.mark.parametrize("text", NO_NUMBER)
def test_what_is_no_number_without_a_region(text: str) -> None:
    assert e164(text) is None


@pytest.mark.parametrize("text", ["1001", "66455", "999999999999999999", "a", "sip:1001@x"])
def test_what_is_no_number_with_one_either(text: str) -> None:
    assert e164(text, "US") is None


@given(st.sampled_from(["US", "GB", "DE", "AU", "JP", "BR"]), st.sampled_from([0, 1]))
def test_the_ways_to_write_a_number_agree(region: str, kind: int) -> None:
    number = phonenumbers.example_number_for_type(region, kind)
    assert number
    expected = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    for form in (
        phonenumbers.PhoneNumberFormat.E164,
        phonenumbers.PhoneNumberFormat.INTERNATIONAL,
        phonenumbers.PhoneNumberFormat.RFC3966,
        phonenumbers.PhoneNumberFormat.NATIONAL,
    ):
        assert e164(phonenumbers.format_number(number, form), region) == expected
    assert e164(f"sip:{expected}@carrier.example") == expected


@given(st.text())
def test_any_text_is_a_number_or_none(text: str) -> None:
    for region in ("", "US"):
        found = e164(text, region)
        assert found is None or (found[0] == "+" and found[1:].isascii() and found[1:].isdigit())


def test_a_region_that_is_none() -> None:
    assert checked_region("") == ""
    assert checked_region("au") == "AU"
    with pytest.raises(ConfigError, match="phone_region 'UK'") as raised:
        checked_region("UK")
    assert "two letters" in str(raised.value.hint)
