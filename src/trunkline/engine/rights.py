"""What a client may see of each dataset, and how far the provider's data reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from trunkline.catalog import Dataset
from trunkline.clock import Clock
from trunkline.engine.holdings import with_rights
from trunkline.errors import PermissionMissing, RequestRefused
from trunkline.interval import to_millisecond
from trunkline.providers.genesys.client import GenesysCloud
from trunkline.providers.genesys.organization import covered

Divisions = tuple[str, ...] | None
CLOCK_TOLERANCE = timedelta(seconds=30)  # a Date is exact to a second and the time it took


@dataclass(frozen=True, slots=True)
class Rights:
    """What a client may see when it fetches, by the dataset's name.

    ``watermarks`` are those that were asked for; ``divisions`` are names, None where not told.
    """

    watermarks: Mapping[str, datetime] = field(default_factory=dict)
    divisions: Mapping[str, Divisions] = field(default_factory=dict)

    def reaching(self, watermarks: Mapping[str, datetime]) -> Rights:
        """The same with later watermarks."""
        return replace(self, watermarks={**self.watermarks, **watermarks})

    def of(self, fingerprints: Mapping[str, str]) -> dict[str, str]:
        """The fingerprints of days that are fetched under them."""
        return {
            name: with_rights(fingerprint, self.divisions.get(name))
            for name, fingerprint in fingerprints.items()
        }


async def watermark_of(provider: GenesysCloud, dataset: Dataset, clock: Clock) -> datetime:
    """How far a dataset reaches: one request; where nothing tells it, the moment it is asked at.

    By the provider's clock where ours is ahead of it: else days that are not over would seem final.
    """
    if dataset.tells_watermark:
        return await provider.availability(dataset)
    offset = provider.clock_offset or timedelta()
    return to_millisecond(clock.now() + (offset if offset < -CLOCK_TOLERANCE else timedelta()))


async def divisions_of(
    provider: GenesysCloud, client_id: str, datasets: Iterable[Dataset]
) -> dict[str, Divisions]:
    """The divisions that a client sees of each dataset; two requests for all of them."""
    names = {dataset.name: dataset.permissions for dataset in datasets}
    try:
        grants = await provider.grants(client_id)
        known = await provider.divisions()
    except (PermissionMissing, RequestRefused):
        return dict.fromkeys(names)
    return {
        name: tuple(division.name for division in covered(known, grants, permissions))
        for name, permissions in names.items()
    }
