"""Tables of whole lists, one file each, listed by hand."""

from __future__ import annotations

from trunkline.catalog import Table
from trunkline.providers.genesys.tables.reference import (
    divisions,
    flows,
    grants,
    groups,
    languages,
    locations,
    organization,
    presence_definitions,
    queue_media_settings,
    queue_members,
    queues,
    roles,
    skills,
    teams,
    users,
    wrapup_codes,
)

TABLES: tuple[Table, ...] = (
    users.TABLE,
    queues.TABLE,
    queue_media_settings.TABLE,
    queue_members.TABLE,
    wrapup_codes.TABLE,
    divisions.TABLE,
    skills.TABLE,
    languages.TABLE,
    locations.TABLE,
    groups.TABLE,
    teams.TABLE,
    flows.TABLE,
    presence_definitions.TABLE,
    roles.TABLE,
    grants.TABLE,
    organization.TABLE,
)
