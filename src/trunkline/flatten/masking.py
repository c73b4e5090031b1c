"""Masking by treatment: pure, on whole Arrow arrays.

DESIGN section 7. The result never shares a buffer with the text it was made from, unless it is kept
as it came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import pyarrow as pa
import pyarrow.compute as pc

from trunkline.catalog import Pii
from trunkline.flatten.numbers import e164
from trunkline.flatten.policy import Policy
from trunkline.flatten.tokens import token
from trunkline.flatten.treatment import Treatment

REDACTED = "REDACTED"
_REDACTED = pa.scalar(REDACTED)
_NULL = pa.scalar(None, pa.string())

# What may stand around the digits of a number. ASCII only: other digits hide from the rule below.
_NUMBER = r"\A\s*(?i:tel:)?\+?[0-9 ().\-]+(?:;.*)?\z"
_PARAMETERS = r"(?s);.*"
_SCHEME = r"\A\s*(?i:tel:)"
_WITH_COUNTRY = r"\A\s*(?i:tel:)?\+[1-9][0-9]{6,14}(?:;(?s:.*))?\s*\z"  # what E.164 is already
# How the provider writes most numbers; the simple forms of the rules below hold for it.
_PLAIN = r"\A(?:tel:)?\+[1-9][0-9]{6,14}\z"
_TAIL = 4  # digits of it
_LETTERED = r"\A[^;]*(?:[A-Za-z@]|[^\x00-\x7F])"  # before parameters; the scheme's letters count
_DIALLED = r"\A\s*(?i:sips?:)[^@;:AC-Zac-z]*(?:[@;:]|\z)"  # the b is of %2b, which is a plus
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


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to become of a source's values. ``pii`` says which texts are numbers at all."""

    source: str
    treatment: Treatment
    pii: Pii


def mask(
    array: pa.Array, treatment: Treatment, pii: Pii, numbers: Numbers | None = None
) -> pa.Array:
    """A column as its treatment leaves it; NULL stays NULL. ``numbers`` are those of the page."""
    (masked,) = mask_all([(Asked("", treatment, pii), array)], numbers or Numbers(Policy()))
    return masked


def mask_all(columns: Sequence[tuple[Asked, pa.Array]], numbers: Numbers) -> list[pa.Array]:
    """The columns of a page as their treatments leave them; NULL stays NULL.

    Each distinct text is read once by a rule, however many columns and rows have it: the legs of a
    conversation repeat its numbers, and so do the attributes of a leg.
    """
    found = [_at_once(asked, array, numbers) for asked, array in columns]
    places = [place for place, masked in enumerate(found) if masked is None]
    by_text = _by_text([columns[place] for place in places], numbers)
    for place, masked in zip(places, by_text, strict=True):
        found[place] = masked
    return found


def _at_once(asked: Asked, array: pa.Array, numbers: Numbers) -> pa.Array | None:
    """A column that need not be read to be masked, else None."""
    treatment = asked.treatment
    if treatment in _KEPT:
        return array
    is_absent = treatment is Treatment.TOKEN and not numbers.has_key
    if treatment is Treatment.DROP or is_absent or array.null_count == len(array):
        return pa.nulls(len(array), array.type)
    if treatment is Treatment.REDACT:
        texts = _texts_of(array)
        return _placed(array, pc.if_else(texts.is_valid(), _REDACTED, _NULL))
    return None


def _by_text(columns: Sequence[tuple[Asked, pa.Array]], numbers: Numbers) -> Iterator[pa.Array]:
    if not columns:
        return
    sources = {asked.source: _texts_of(array) for asked, array in columns}
    encoded = pa.concat_arrays(sources.values()).dictionary_encode()
    starts = accumulate(map(len, sources.values()), initial=0)
    rows = {n: encoded.indices.slice(at, len(sources[n])) for n, at in zip(sources, starts)}  # noqa: B905
    kinds = _kinds(encoded.dictionary)
    rules = {(asked.treatment, asked.pii) for asked, _ in columns}
    made = {rule: _ruled(kinds, *rule, numbers) for rule in rules}
    for asked, array in columns:
        yield _placed(array, made[asked.treatment, asked.pii].take(rows[asked.source]))


@dataclass(frozen=True, slots=True)
class _Kinds:
    """Distinct texts and what they are at a glance; most need no more.

    ``plain`` are numbers as the provider writes them, ``named`` have letters where a number has
    digits, of which ``dialled`` may yet be a number's SIP address.
    """

    texts: pa.Array
    plain: pa.Array
    named: pa.Array
    dialled: pa.Array


def _kinds(texts: pa.Array) -> _Kinds:
    plain, lettered, has_scheme, dialled = (
        pc.match_substring_regex(texts, kind) for kind in (_PLAIN, _LETTERED, _SCHEME, _DIALLED)
    )
    return _Kinds(texts, plain, pc.and_not(lettered, has_scheme), dialled)


_Rule = Callable[[pa.Array], pa.Array]


def _ruled(kinds: _Kinds, treatment: Treatment, pii: Pii, numbers: Numbers) -> pa.Array:
    match treatment:
        case Treatment.LAST_DIGITS:
            rest = _phone if pii is Pii.PHONE else _contact
            return _mostly(kinds, _tail, kinds.named, rest)
        case Treatment.TOKEN:
            return _texts(map(numbers.token, kinds.texts.to_pylist()))
        case Treatment.FRONT:
            hidden = pc.and_not(kinds.named, kinds.dialled)
            return _mostly(kinds, _head, hidden, lambda texts: _fronts(texts, numbers))
    raise ValueError(treatment)


def _mostly(kinds: _Kinds, plain: _Rule, hidden: pa.Array, rest: _Rule) -> pa.Array:
    """What a rule leaves of the texts: most are ``plain`` or ``hidden``."""
    found = pc.if_else(kinds.plain, plain(kinds.texts), _REDACTED)
    others = pc.invert(pc.or_(kinds.plain, hidden))
    if pc.any(others).as_py():
        found = pc.replace_with_mask(found, others, rest(kinds.texts.filter(others)))
    return found


def _tail(texts: pa.Array) -> pa.Array:
    return pc.utf8_slice_codeunits(texts, -_TAIL)


def _head(texts: pa.Array) -> pa.Array:
    return pc.utf8_slice_codeunits(pc.replace_substring(texts, "tel:", ""), 0, -_TAIL)


def _texts_of(array: pa.Array) -> pa.Array:
    return array.flatten() if pa.types.is_list(array.type) else array


def _placed(array: pa.Array, texts: pa.Array) -> pa.Array:
    """Masked texts where those of the array stood: in its lists, where it has such."""
    if not pa.types.is_list(array.type):
        return texts
    lengths = pc.fill_null(pc.list_value_length(array), 0)
    offsets = pa.concat_arrays([pa.array([0], pa.int32()), pc.cumulative_sum(lengths)])
    return pa.ListArray.from_arrays(offsets, texts, type=array.type, mask=array.is_null())


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
