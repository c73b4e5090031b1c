"""What a lexer gives: https://www.postgresql.org/docs/15/sql-syntax-lexical.html."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a token is; only literals and identifiers have a value other than their text."""

    NAME = "name"  # an identifier without quotes, or a key word
    QUOTED = "quoted"  # an identifier with quotes
    STRING = "string"
    BITS = "bits"  # the value is its binary digits
    NUMBER = "number"
    PARAMETER = "parameter"  # the value is its number
    OPERATOR = "operator"
    PUNCTUATION = "punctuation"  # ( ) [ ] { } , ; . : :: := =>


@dataclass(frozen=True, slots=True)
class Token:
    """A token; ``start`` and ``end`` count characters of the text that was lexed.

    ``value`` is folded to lower case for a name, and decoded for what stands in quotes.
    """

    kind: Kind
    value: str
    start: int
    end: int

    def is_(self, *words: str) -> bool:
        """Whether it is one of some key words (in lower case), operators or marks."""
        return self.value in words and self.kind in _WORDS

    @property
    def is_identifier(self) -> bool:
        """Whether it can be a name: key words are judged by who reads."""
        return self.kind is Kind.NAME or self.kind is Kind.QUOTED


_WORDS = frozenset({Kind.NAME, Kind.OPERATOR, Kind.PUNCTUATION})
