"""Whole lists: asked for page by page until it is certain what they hold, and published as one.

Nothing of a list is written before all of it is there: a crash leaves the one that was held.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa

from trunkline.catalog import Dataset
from trunkline.engine.beside import Asking
from trunkline.engine.events import Listed
from trunkline.engine.fetching import flattener_of
from trunkline.engine.holdings import with_rights
from trunkline.engine.landing import landed_of, layout_of
from trunkline.engine.reading_lists import EMPTY, ListReader
from trunkline.engine.rights import Divisions, divisions_of
from trunkline.errors import (
    AccessError,
    IncompleteData,
    PermissionMissing,
    ProviderError,
    TrunklineError,
)
from trunkline.flatten import Flattened, Flattener
from trunkline.flatten.kept import treated
from trunkline.interval import EVER, to_millisecond
from trunkline.jobs.job import Landed
from trunkline.lake.lists import HeldList
from trunkline.lake.relisting import Relisted, keys_there, publish_list
from trunkline.planner.listed import Refresh
from trunkline.planner.stale import without_rights
from trunkline.providers import Lists
from trunkline.providers.genesys.client import GenesysCloud
from trunkline.providers.genesys.lists import listing_of


@dataclass(frozen=True, slots=True)
class Refreshed:
    """How the refreshing of lists ended: those that could not be had, with the reason."""

    failed: tuple[tuple[str, TrunklineError], ...] = ()


async def refresh(asking: Asking, provider: GenesysCloud, wanted: Iterable[Refresh]) -> Refreshed:
    """Ask for lists, each for itself: one that cannot be had leaves the others alone."""
    todo = [each.dataset for each in wanted if each.state.is_asked]
    if not todo:
        return Refreshed()
    client = asking.parts.settings.genesys.client_id
    divisions = await divisions_of(provider, client, (one for one in todo if one.permissions))
    failed: list[tuple[str, TrunklineError]] = []
    for dataset in todo:
        if dataset.parent and dataset.parent.name in dict(failed):
            continue
        try:
            await _List(asking, provider, dataset, divisions.get(dataset.name)).refresh()
        except (ProviderError, PermissionMissing, IncompleteData) as error:
            failed.append((dataset.name, _named(dataset, error)))
    return Refreshed(tuple(failed))


def _named(dataset: Dataset, error: TrunklineError) -> TrunklineError:
    """The error, naming the list, and the permission where it lacks one."""
    said = error.message
    if isinstance(error, PermissionMissing) and dataset.permissions:
        missing = [name for name in dataset.permissions if name not in said]
        said += f": {' or '.join(missing)}" if missing and "missing permission" not in said else ""
    error.message = f"{dataset.name} could not be fetched: {said}"
    error.args = (error.message,)
    return error


def require_lists(done: Refreshed, *, allow_partial: bool) -> tuple[str, ...]:
    """Notices of lists that could not be had; the first of their errors where none are wanted."""
    if not done.failed:
        return ()
    if allow_partial:
        return tuple(
            f"{error.message}; what is held of it, if anything, is read" for _, error in done.failed
        )
    first = next((e for _, e in done.failed if isinstance(e, AccessError)), done.failed[0][1])
    first.message = "; ".join(error.message for _, error in done.failed)
    first.args = (first.message,)
    first.hint = first.hint or "What was held of it is kept; run it again, or use --allow-partial."
    raise first


@dataclass(slots=True)
class _List:
    """One list on its way."""

    asking: Asking
    provider: Lists
    dataset: Dataset
    divisions: Divisions
    flattener: Flattener = field(init=False)
    before: dict[str, set[str]] | None = None

    def __post_init__(self) -> None:
        self.flattener = flattener_of(self.asking.parts, self.dataset)

    async def refresh(self) -> None:
        """Read all of it and hold it."""
        parts = self.asking.parts
        at = to_millisecond(parts.seams.clock.now())
        reader = ListReader(
            self.provider,
            self.dataset,
            listing_of(self.dataset),
            at,
            self._flatten,
            parts.seams.offload,
            self._told_before,
        )
        pages: list[Flattened] = []
        for of in self._each():
            pages += self._heard((await reader.read(of)).pages)
        self._publish(at, pages, reader)  # by the connection of this thread

    def _each(self) -> tuple[str | None, ...]:
        """The items, or the variants, that there is a list for each of; None where it is one."""
        parent, listing = self.dataset.parent, listing_of(self.dataset)
        if parent is None:
            return listing.variants[1] if listing.variants else (None,)
        parts = self.asking.parts
        table = parts.catalog.root(parent).name
        return keys_there(parts.lake, parts.organization, table, parent.key)

    def _heard(self, pages: list[Flattened]) -> list[Flattened]:
        for page in pages:
            landed = landed_of(page, page.tables)
            self.asking.meter(Listed(self.dataset.name, landed, self.asking.parts.organization))
        return pages

    def _flatten(self, body: bytes) -> Flattened:
        return self.flattener.flatten(body, days=EVER)

    def _told_before(self, of: str | None) -> frozenset[str]:
        """The ids that the list, or that of an item, had when it was asked for last."""
        if self.before is None:
            self.before = {}
            is_one = self.dataset.parent is None
            for key in self._keys_before():
                whose, _, own = ("", "", key) if is_one else key.partition(":")
                self.before.setdefault(whose, set()).add(own)
        return frozenset(self.before.get(of or "", ()))

    def _keys_before(self) -> tuple[str, ...]:
        parts, known = self.asking.parts, self._known()
        table = parts.catalog.root(self.dataset).name
        at = known.refreshed_at if known else None
        return keys_there(parts.lake, parts.organization, table, self.dataset.key, at)

    def _known(self) -> HeldList | None:
        parts = self.asking.parts
        catalogue = parts.lake.catalogue
        held = catalogue.lists.of(parts.organization, catalogue.latest())
        return held.get(self.dataset.name)

    def _publish(self, at: datetime, pages: list[Flattened], reader: ListReader) -> None:
        parts, dataset = self.asking.parts, self.dataset
        lake, tables = parts.lake, parts.catalog.of(dataset)
        relisted = Relisted(
            held=self._held(at, [landed_of(page, page.tables) for page in pages], reader),
            tables={
                table.name: pa.concat_tables(
                    page.tables[table.name] for page in (self._flatten(EMPTY), *pages)
                )
                for table in tables
            },
            keys={table.name: table.key for table in tables},
            treat=lambda name, rows: treated(parts.catalog.named(name), rows, parts.policy),
            gone=listing_of(dataset).gone,
        )
        layout = layout_of(parts.catalog, dataset)
        publish_list(lake, relisted, layout, parts.seams.clock.now())

    def _held(self, at: datetime, pages: list[Landed], reader: ListReader) -> HeldList:
        """What is noted of the list; how many rows it has is known later.

        Of a list that was not told whole nobody is gone who is not on it.
        """
        parts, known = self.asking.parts, self._known()
        fingerprint = without_rights(parts.fingerprints[self.dataset.name])
        seen_by = with_rights(fingerprint.split("-")[0], self.divisions)
        unknown: Counter[str] = Counter()
        for page in pages:
            unknown.update(dict(page.unknown))
        return HeldList(
            organization=parts.organization,
            dataset=self.dataset.name,
            refreshed_at=at,
            fingerprint=fingerprint,
            seen_by=seen_by,
            since=known.refreshed_at
            if known and known.seen_by == seen_by and not reader.kept_back
            else at,
            requests=max(1, reader.requests),
            job=parts.seams.new_key(),
            divisions=self.divisions,
            quarantined=(
                *reader.kept_back,
                *(reason for page in pages for reason in page.quarantined),
            ),
            unknown=tuple(sorted(unknown.items())),
        )
