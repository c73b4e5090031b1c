"""Which providers there are, and the catalogues they make; nothing else names their tables."""

from __future__ import annotations

from functools import lru_cache

from trunkline.catalog import Catalog, Dataset
from trunkline.catalogs import Catalogs
from trunkline.config import Settings
from trunkline.errors import ConfigError
from trunkline.lake.gate import is_keyword
from trunkline.metrics import Options, views
from trunkline.organizations import GENESYS
from trunkline.providers.genesys.tables import TABLES
from trunkline.providers.genesys.views import VIEWS

MINUTES = 15
COUNTED = Options()

_DATASETS = {table.dataset.name: table.dataset for table in TABLES}


@lru_cache(maxsize=64)
def catalog(
    organization: str = GENESYS,
    *,
    is_default: bool = True,
    zone: str = "UTC",
    counted: Options = COUNTED,
    minutes: int = MINUTES,
) -> Catalog:
    """The catalogue of an organisation; ``zone`` is that of local times in its views.

    ``counted`` is what its service level counts, ``minutes`` are those of its aggregates.
    """
    before = "" if is_default else f"{organization}_"
    declared = (*VIEWS, *views(counted, minutes))
    own = tuple(view.of(organization, f"{before}{view.schema}", zone) for view in declared)
    return Catalog(organization, TABLES, is_default, own)


def catalogs(settings: Settings) -> Catalogs:
    """Those of all organisations; ConfigError where SQL keeps the name of one for itself."""
    names = [each.organization for each in settings.each]
    for name in names:
        if name != GENESYS and is_keyword(name):
            raise ConfigError(
                f"an organisation cannot be called {name!r}: SQL has that word for itself",
                hint=f"Choose another name, for example {name}_org.",
            )
    return Catalogs(
        tuple(_catalog_of(each, is_default=n == 0) for n, each in enumerate(settings.each))
    )


def _catalog_of(settings: Settings, *, is_default: bool) -> Catalog:
    return catalog(
        settings.organization,
        is_default=is_default,
        zone=settings.timezone,
        counted=options_of(settings),
        minutes=settings.aggregate_minutes,
    )


def options_of(settings: Settings) -> Options:
    """What the service level of an organisation counts."""
    return Options(
        flow_outs=settings.service_level_flow_outs,
        short_abandons=settings.service_level_short_abandons,
        abandons=settings.service_level_abandons,
    )


def counted_by_provider(known: Catalog) -> Dataset:
    """The dataset whose records of a day the provider counts when it is asked to."""
    return next(dataset for dataset in known.datasets if dataset.live)


def noun_of(name: str) -> str:
    """What a record of a dataset is called; of one that there is no more, just that."""
    found = _DATASETS.get(name)
    return found.noun if found else "record"


def is_direct(name: str) -> bool:
    """Whether a dataset is asked for without jobs of the provider's."""
    found = _DATASETS.get(name)
    return found is not None and found.is_direct
