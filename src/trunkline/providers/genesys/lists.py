"""Pages of whole lists: their requests, and how they become what the flattener reads. Pure.

Sources: SDK 269, the EntityListing models: ``entities`` with pageNumber, pageCount, total and
nextUri (numbered pages), with nextUri that holds ``after`` (cursors), or with none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

import msgspec

from trunkline.catalog import Dataset, Holds, Table
from trunkline.errors import MalformedAnswer
from trunkline.flatten.beside import mended
from trunkline.http.answers import UNREADABLE, decode
from trunkline.interval import iso
from trunkline.listing import REFRESHED, Listing, Paging
from trunkline.providers import ListPage
from trunkline.providers.genesys.numbered import behind, place

ENTITIES = "entities"


class _Envelope(msgspec.Struct, frozen=True):
    """An EntityListing; the items are left as they came."""

    entities: list[msgspec.Raw]
    page_count: int | None = msgspec.field(name="pageCount", default=None)
    page_size: int | None = msgspec.field(name="pageSize", default=None)
    total: int | None = None
    next_uri: str | None = msgspec.field(name="nextUri", default=None)


class _Item(msgspec.Struct, frozen=True):
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """What is done to the elements of one level.

    ``lifted`` are attributes of objects within them, as ``division.id``, which they get under that
    name; ``named`` is what each gets the name as, where the level comes as an object of objects.
    """

    attribute: str
    lifted: tuple[str, ...]
    named: str | None
    below: tuple[Shape, ...]

    @property
    def changes(self) -> bool:
        """Whether anything is done."""
        return bool(self.lifted or self.named or any(child.changes for child in self.below))


def query(listing: Listing, at: str | None, of: str | None) -> dict[str, str | int]:
    """The parameters of a page: the first, or the one that an earlier answer named.

    ``of`` is the value of the variant or of the part, where the list has any.
    """
    found: dict[str, str | int] = dict(listing.query)
    divided = listing.variants or listing.parts
    if divided and of is not None:
        found[divided[0]] = of
    if listing.paging is Paging.NUMBERED:
        here = place(at, listing.page_size)
        found |= {"pageSize": here.size, "pageNumber": here.number}
        found |= dict([listing.reverse]) if here.backwards and listing.reverse else {}
    elif listing.paging is Paging.CURSOR:
        found |= {"pageSize": listing.page_size} | ({"after": at} if at else {})
    return found


def fits(listing: Listing) -> Callable[[bytes], bool]:
    """Whether a body is an answer that the list may have."""
    type_: type[msgspec.Struct] = _Item if listing.paging is Paging.ONE else _Envelope

    def is_page(body: bytes) -> bool:
        try:
            msgspec.json.decode(_readable(body), type=type_)
        except UNREADABLE:
            return b'"entities"' in body  # what is wrong with it is said where it is read
        return True

    return is_page


def read(
    body: bytes,
    dataset: Dataset,
    tables: tuple[Table, ...],
    at: str | None,
    told: datetime,
    of: str | None,
) -> ListPage:
    """One page as the flattener reads it, and where the next one is.

    MalformedAnswer where it is no listing, or names itself as the next page.
    """
    listing = listing_of(dataset)
    if listing.paging is Paging.ONE:
        envelope = _Envelope([msgspec.Raw(_readable(body))])
    else:
        envelope = _envelope(body, f"GET {listing.path}")
    shape = shape_of(dataset, tables)
    items = [_item(bytes(raw), shape, listing, told, of) for raw in envelope.entities]
    again = place(at, listing.page_size).again if listing.paging is Paging.NUMBERED else 0
    page = b'{"' + ENTITIES.encode() + b'":[' + b",".join(item for item, _ in items[again:]) + b"]}"
    following = _next(envelope, listing, at)
    if following is not None and following == at:
        raise MalformedAnswer(f"GET {listing.path}: a page is followed by itself")
    return ListPage(page, tuple(key for _, key in items), following, envelope.total, again)


def _envelope(body: bytes, what: str) -> _Envelope:
    return decode(_readable(body), _Envelope, what)


def _readable(body: bytes) -> bytes:
    """Without what no text can hold, in whichever item: half a surrogate pair, a stray byte."""
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except UNREADABLE:
        return mended(body.decode("utf-8-sig", "replace").encode())
    return body


def _next(envelope: _Envelope, listing: Listing, at: str | None) -> str | None:
    if listing.paging is Paging.CURSOR:
        uri = envelope.next_uri
        found = parse_qs(urlsplit(uri).query).get("after", []) if uri else []
        if uri and not found:
            raise MalformedAnswer(f"GET {listing.path}: its nextUri has no cursor")
        return found[0] if found else None
    if listing.paging is not Paging.NUMBERED or not envelope.entities:
        return None
    here, items = place(at, listing.page_size), len(envelope.entities)
    if envelope.page_count is not None:
        more = here.number < envelope.page_count
    else:  # members of queues are told without any count
        more = envelope.next_uri is not None or items >= (envelope.page_size or here.size)
    return str(behind(here, items, envelope.page_size, listing.window)) if more else None


def _item(
    raw: bytes, shape: Shape, listing: Listing, told: datetime, of: str | None
) -> tuple[bytes, str]:
    """An item with what is added to it, and its id; as it came where it is no object."""
    id_ = _id(raw)
    added: dict[str, object] = {REFRESHED: iso(told)}
    if listing.parent and of is not None:
        added[listing.parent.attribute] = of
        if id_:
            added[listing.parent.key] = f"{of}:{id_}"
    return _with(_reshaped(raw, shape), added), id_


def _id(raw: bytes) -> str:
    try:
        return msgspec.json.decode(raw, type=_Item).id or ""
    except UNREADABLE:
        return ""


def _with(raw: bytes, added: Mapping[str, object]) -> bytes:
    """An object with more attributes, which win over its own; what is no object as it came.

    The rest stays byte for byte: what is odd about it is the flattener's to judge.
    """
    text = raw.strip()
    if not (text.startswith(b"{") and text.endswith(b"}")) or not added:
        return raw
    more = msgspec.json.encode(added)[1:]
    before = text[:-1].rstrip()
    return before + (b"" if before.endswith(b"{") else b",") + more


def _reshaped(raw: bytes, shape: Shape) -> bytes:
    """An element with what is lifted in it; as it came where it cannot be read."""
    if not shape.changes:
        return raw
    try:
        values = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
    except UNREADABLE:
        return raw
    found = {path: _at(values, path.split(".")) for path in shape.lifted}
    lifted = {path: value for path, value in found.items() if value is not None}
    below = {
        child.attribute: msgspec.Raw(_list(bytes(values[child.attribute]), child))
        for child in shape.below
        if child.changes and child.attribute in values
    }
    return msgspec.json.encode(values | below | lifted) if below else _with(raw, lifted)


def _at(values: Mapping[str, msgspec.Raw], path: Sequence[str]) -> msgspec.Raw | None:
    found = values.get(path[0])
    if found is None or len(path) == 1:
        return found
    try:
        return _at(msgspec.json.decode(found, type=dict[str, msgspec.Raw]), path[1:])
    except UNREADABLE:  # null, or no object
        return None


def _list(raw: bytes, shape: Shape) -> bytes:
    """The elements of a level below, as a list; what is neither list nor object as it came."""
    try:
        if shape.named is None:
            elements = [bytes(one) for one in msgspec.json.decode(raw, type=list[msgspec.Raw])]
        else:
            found = msgspec.json.decode(raw, type=dict[str, msgspec.Raw])
            elements = [
                _with(bytes(value), {shape.named: name})
                for name, value in found.items()
                if bytes(value).strip() != b"null"
            ]
    except UNREADABLE:
        return raw
    return b"[" + b",".join(_reshaped(element, shape) for element in elements) + b"]"


@lru_cache(maxsize=128)
def shape_of(dataset: Dataset, tables: tuple[Table, ...]) -> Shape:
    """What the columns of the tables and the list's declaration ask for."""
    root = dataset.levels[0].name
    return next(_shapes(dataset, tables, None, root))


def _shapes(
    dataset: Dataset, tables: tuple[Table, ...], parent: str | None, only: str = ""
) -> Iterator[Shape]:
    named = dict(listing_of(dataset).objects)
    columns = [c for t in tables if t.dataset == dataset for c in t.columns]
    for level in dataset.levels:
        if level.parent == parent and (not only or level.name == only):
            dotted = {c.attribute for c in columns if c.level == level.name and "." in c.attribute}
            below = () if level.holds is Holds.MAP else _shapes(dataset, tables, level.name)
            yield Shape(
                level.attribute, tuple(sorted(dotted)), named.get(level.attribute), tuple(below)
            )


def listing_of(dataset: Dataset) -> Listing:
    """How a dataset is listed; ValueError where it is not."""
    if dataset.listing is None:
        raise ValueError(f"{dataset.name} is no list")
    return dataset.listing
