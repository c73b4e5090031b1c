"""Masking by class of personal data: pure, on whole Arrow arrays.

DESIGN section 7. The result never holds more of a text than its last four digits, and never shares
a buffer with the text it was made from.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from trunkline.catalog import Pii

REDACTED = "REDACTED"
_REDACTED = pa.scalar(REDACTED)

# What may stand around the digits of a number. ASCII only: other digits hide from the rule below.
_NUMBER = r"\A\s*(?i:tel:)?\+?[0-9 ().\-]+(?:;.*)?\z"
_PARAMETERS = r"(?s);.*"
_SCHEME = r"\A\s*(?i:tel:)"
_NOT_A_NUMBER = r"[A-Za-z@]|[^\x00-\x7F]"


def mask(array: pa.Array, pii: Pii) -> pa.Array:
    """Texts, or lists of texts, masked for their class; NULL stays NULL."""
    if pii in (Pii.NONE, Pii.LISTED):  # what is not listed was never read
        return array
    if pii is Pii.FREE_TEXT or array.null_count == len(array):
        return pa.nulls(len(array), array.type)
    if pa.types.is_list(array.type):
        return _each(array, pii)
    # The legs of a conversation repeat its numbers: each is masked once.
    encoded = array.dictionary_encode()
    return _RULES[pii](encoded.dictionary).take(encoded.indices)


def _each(lists: pa.Array, pii: Pii) -> pa.Array:
    lengths = pc.fill_null(pc.list_value_length(lists), 0)
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths)])
    masked = mask(lists.flatten(), pii)
    return pa.ListArray.from_arrays(offsets, masked, type=lists.type, mask=lists.is_null())


def _name(texts: pa.Array) -> pa.Array:
    return pc.if_else(texts.is_valid(), _REDACTED, pa.scalar(None, pa.string()))


def _phone(texts: pa.Array) -> pa.Array:
    bare = pc.replace_substring_regex(texts, _PARAMETERS, "")
    number = pc.replace_substring_regex(bare, _SCHEME, "")
    digits = pc.replace_substring_regex(number, r"[^0-9]+", "")
    length = pc.binary_length(digits)
    tail = pc.if_else(
        pc.greater(length, 6),
        pc.utf8_slice_codeunits(digits, -4),
        pc.utf8_slice_codeunits(digits, -2),
    )
    # A user's name (sip:, mail), an identifier: their digits are no number's.
    hidden = pc.or_(pc.equal(length, 0), pc.match_substring_regex(number, _NOT_A_NUMBER))
    return pc.if_else(hidden, _REDACTED, tail)


def _contact(texts: pa.Array) -> pa.Array:
    number = pc.match_substring_regex(texts, _NUMBER)
    return pc.if_else(number, _phone(texts), _REDACTED)


_RULES: dict[Pii, Any] = {Pii.NAME: _name, Pii.PHONE: _phone, Pii.CONTACT: _contact}
