"""Masking by treatment: pure, on whole Arrow arrays.

DESIGN section 7. The result never shares a buffer with the text it was made from, unless it is kept
as it came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import pyarrow as pa
import pyarrow.compute as pc

from trunkline.catalog import Pii
from trunkline.flatten.numbers import e164
from trunkline.flatten.policy import Policy
from trunkline.flatten.tokens import token
from trunkline.flatten.treatment import Treatment

REDACTED = "REDACTED"
_REDACTED = pa.scalar(REDACTED)

# What may stand around the digits of a number. ASCII only: other digits hide from the rule below.
_NUMBER = r"\A\s*(?i:tel:)?\+?[0-9 ().\-]+(?:;.*)?\z"
_PARAMETERS = r"(?s);.*"
_SCHEME = r"\A\s*(?i:tel:)"
_WITH_COUNTRY = r"\A\s*(?i:tel:)?\+[1-9][0-9]{6,14}(?:;(?s:.*))?\s*\z"  # what E.164 is already
_SIP = r"\A\s*(?i:sips?:)"
_NOT_A_NUMBER = r"[A-Za-z@]|[^\x00-\x7F]"
_NO_DIGIT = re.compile("[^0-9]+")
_LONGEST = 15  # digits of a number, by E.164: what is longer may be a card's
_KEPT = frozenset({Treatment.KEEP, Treatment.LISTED})  # what is not listed was never read


class Numbers:
    """What becomes of the numbers of one page; each is read once, however often it stands there."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._read: dict[str, str | None] = {}
        self._tokens: dict[str, str] = {}

    @property
    def has_key(self) -> bool:
        """Whether tokens can be made."""
        return self._policy.key is not None

    def number(self, text: str) -> str | None:
        """The text in E.164."""
        if text not in self._read:
            self._read[text] = e164(text, self._policy.region)
        return self._read[text]

    def token(self, text: str | None) -> str | None:
        """The token of a text that is a number."""
        key = self._policy.key
        number = self.number(text) if key and text is not None else None
        if key is None or number is None:
            return None
        if number not in self._tokens:
            self._tokens[number] = token(key, number)
        return self._tokens[number]


def mask(
    array: pa.Array, treatment: Treatment, pii: Pii, numbers: Numbers | None = None
) -> pa.Array:
    """A column as its treatment leaves it; NULL stays NULL.

    ``pii`` says which texts are numbers at all. ``numbers`` are those of the page.
    """
    if treatment in _KEPT:
        return array
    numbers = numbers or Numbers(Policy())
    is_absent = treatment is Treatment.TOKEN and not numbers.has_key
    if treatment is Treatment.DROP or is_absent or array.null_count == len(array):
        return pa.nulls(len(array), array.type)
    rule = _rule(treatment, pii, numbers)
    return _each(array, rule) if pa.types.is_list(array.type) else _distinct(array, rule)


_Rule = Callable[[pa.Array], pa.Array]


def _rule(treatment: Treatment, pii: Pii, numbers: Numbers) -> _Rule:
    match treatment:
        case Treatment.REDACT:
            return _name
        case Treatment.LAST_DIGITS:
            return _phone if pii is Pii.PHONE else _contact
        case Treatment.TOKEN:
            return lambda texts: _texts(map(numbers.token, texts.to_pylist()))
        case Treatment.FRONT:
            return lambda texts: _fronts(texts, numbers)
    raise ValueError(treatment)


def _distinct(texts: pa.Array, rule: _Rule) -> pa.Array:
    """The legs of a conversation repeat its numbers: each is masked once."""
    encoded = texts.dictionary_encode()
    return rule(encoded.dictionary).take(encoded.indices)


def _each(lists: pa.Array, rule: _Rule) -> pa.Array:
    lengths = pc.fill_null(pc.list_value_length(lists), 0)
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths)])
    masked = _distinct(lists.flatten(), rule)
    return pa.ListArray.from_arrays(offsets, masked, type=lists.type, mask=lists.is_null())


def _name(texts: pa.Array) -> pa.Array:
    return pc.if_else(texts.is_valid(), _REDACTED, pa.scalar(None, pa.string()))


def _phone(texts: pa.Array) -> pa.Array:
    number = _bare(texts)
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


def _bare(texts: pa.Array) -> pa.Array:
    return pc.replace_substring_regex(
        pc.replace_substring_regex(texts, _PARAMETERS, ""), _SCHEME, ""
    )


def _contact(texts: pa.Array) -> pa.Array:
    number = pc.match_substring_regex(texts, _NUMBER)
    return pc.if_else(number, _phone(texts), _REDACTED)


def _fronts(texts: pa.Array, numbers: Numbers) -> pa.Array:
    """Everything but what the tail of the same text is."""
    bare, tail = _bare(texts), _phone(texts)
    plain = pc.match_substring_regex(texts, _WITH_COUNTRY)
    number = pc.replace_substring_regex(bare, r"[^0-9+]+", "")
    front = pc.if_else(plain, pc.utf8_slice_codeunits(number, 0, -4), _REDACTED)
    may_be = pc.or_(pc.not_equal(tail, REDACTED), pc.match_substring_regex(texts, _SIP))
    rest = pc.fill_null(pc.and_(may_be, pc.invert(plain)), fill_value=False)
    rows = zip(*(a.filter(rest).to_pylist() for a in (texts, bare, tail)), strict=True)
    read = _texts(_front(numbers.number(text), bare, tail) for text, bare, tail in rows)
    return pc.replace_with_mask(front, rest, read)


def _front(number: str | None, bare: str, tail: str) -> str:
    """Of a number in E.164, or else of the digits as they came, what stands before the tail."""
    if number is not None:
        # Or reading it has changed its end, and its front may hold a digit of the tail.
        return number[:-4] if tail == REDACTED or number.endswith(tail) else REDACTED
    digits = _NO_DIGIT.sub("", bare)
    if tail == REDACTED or len(digits) > _LONGEST:
        return REDACTED
    return digits[: -len(tail)] or REDACTED


def _texts(values: Iterable[str | None]) -> pa.Array:
    return pa.array(values, pa.string())
