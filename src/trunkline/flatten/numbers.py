"""Numbers as E.164 says them, ``+`` and digits; the one home of phonenumbers.

What is ``+`` and seven to fifteen digits already is taken as it stands. Anything else that is
written as a number is read by libphonenumber: as an international one where it begins with ``+``
and is possible, else as one dialled in the ``region`` of the settings where it is valid there;
without a region it is no number.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from types import ModuleType

from trunkline.errors import ConfigError

# RFC 3966: parameters follow a semicolon. ASCII digits only: others are not dialled.
_GLOBAL = re.compile(r"\s*(?:tel:)?(\+[1-9][0-9]{6,14})(?:;.*)?\s*\Z", re.IGNORECASE | re.DOTALL)
_WRITTEN = re.compile(
    r"\s*(?:tel:)?(?P<number>\+?[0-9 ().\-]{3,40})(?P<parameters>;.*)?\Z", re.IGNORECASE | re.DOTALL
)
# RFC 3261: the user of a URI ends at its own parameters, its password or the host.
_SIP = re.compile(r"\s*sips?:(?P<user>[^@;:]+)[^@]*@", re.IGNORECASE)
_CONTEXT = re.compile(r"phone-context=\+", re.IGNORECASE)
_PLUS = re.compile("%2b", re.IGNORECASE)


def e164(text: str, region: str = "") -> str | None:
    """The number a text is, in E.164; None where it is none. ``region`` is an ISO country code."""
    if found := _GLOBAL.match(text):
        return found[1]
    if sip := _SIP.match(text):
        text = _PLUS.sub("+", sip["user"])
        if found := _GLOBAL.match(text):
            return found[1]
    written = _WRITTEN.match(text)
    return _read(written, region) if written else None


def checked_region(name: str) -> str:
    """A region of libphonenumber, in capitals; ConfigError where there is none of that name."""
    known: frozenset[str] = frozenset(_library().SUPPORTED_REGIONS) if name else frozenset()
    if name and name.upper() not in known:
        near = get_close_matches(name.upper(), sorted(known), n=1)
        raise ConfigError(
            f"there is no phone_region {name!r}",
            hint="Use the two letters of a country, such as AU, GB or US."
            + (f" Did you mean {near[0]}?" if near else ""),
        )
    return name.upper()


def _read(written: re.Match[str], region: str) -> str | None:
    number, parameters = written["number"].strip(), written["parameters"] or ""
    has_context = _CONTEXT.search(parameters) is not None
    has_country = number.startswith("+") or has_context
    if not (has_country or region):
        return None
    library = _library()
    text = f"tel:{number}{parameters}" if has_context else number
    try:
        parsed = library.parse(text, region or None)
    except library.NumberParseException:
        return None
    # An extension or a short code has the length of some number of the region.
    is_one = library.is_possible_number if has_country else library.is_valid_number
    if not is_one(parsed):
        return None
    return str(library.format_number(parsed, library.PhoneNumberFormat.E164))


@cache
def _library() -> ModuleType:
    """Imported where it is needed first: its metadata takes a while, and most pages need none."""
    import phonenumbers  # noqa: PLC0415

    return phonenumbers
