"""The permission table: row by row as the form has it, spelt as the vendor's documents spell it."""

from __future__ import annotations

import json
from pathlib import Path

import PureCloudPlatformClientV2 as client  # noqa: N813
import pytest

from trunkline.engine.registry import catalog
from trunkline.providers.genesys.permissions import BEYOND, FORM, PERMISSIONS, Permission, needed
from trunkline.providers.genesys.permissions import role as role_of
from trunkline_simulator.api import permissions as simulated

KNOWN = json.loads((Path(__file__).parents[2] / "fixtures/permissions.json").read_text())
# The levels that change something or take part in it: the form has them, and nobody needs them.
IDLE = {(19, "Join"), (25, "Edit"), (33, "Edit"), (37, "Edit")}


def test_the_rows_are_those_of_the_form() -> None:
    assert [[row.number, row.type, row.name, row.level] for row in FORM] == KNOWN["form"]
    assert {row.number for row in BEYOND} == {None}


@pytest.mark.parametrize("row", PERMISSIONS, ids=lambda row: row.right)
def test_a_permission_is_spelt_as_the_operation_says_that_asks_for_it(row: Permission) -> None:
    if row.operation:
        assert row.right in KNOWN["operations"][row.operation]
        assert row.source == row.operation
    else:
        everywhere = {right for rights in KNOWN["operations"].values() for right in rights}
        assert row.right not in everywhere
        assert row.unneeded  # what nothing confirms, nothing rests on
        assert "no operation" in row.source
    assert bool(row.tables) is not bool(row.purpose)
    assert not {"Edit", "Join"} & {row.level} or row.unneeded


def test_no_right_to_change_anything_is_needed() -> None:
    assert {(row.number, row.level) for row in FORM if row.level in ("Edit", "Join")} == IDLE
    assert {row.policy[2] for row in PERMISSIONS if not row.unneeded} == {"view"}


def test_the_simulator_knows_every_permission() -> None:
    assert {row.right for row in PERMISSIONS} <= simulated.ALL


def test_every_table_that_is_there_has_the_row_of_what_its_dataset_asks_for() -> None:
    for table in catalog().tables:
        rows = [row for row in PERMISSIONS if table.shown in row.tables and not row.unneeded]
        asked = {*table.dataset.permissions}
        assert not asked or asked & {row.right for row in rows}, table.shown


def test_a_role_is_what_the_vendors_own_client_sends() -> None:
    made = role_of("Reader", needed(["conversations", "wfm_agents", "queues"]))
    model = client.DomainOrganizationRoleCreate()
    model.name, model.description = made["name"], made["description"]
    model.permission_policies = []
    for policy in made["permissionPolicies"]:
        one = client.DomainPermissionPolicy()
        one.domain, one.entity_name = policy["domain"], policy["entityName"]
        one.action_set, one.allow_conditions = policy["actionSet"], policy["allowConditions"]
        model.permission_policies.append(one)
    assert client.ApiClient().sanitize_for_serialization(model) == made
    assert {(p["domain"], p["entityName"]) for p in made["permissionPolicies"]} == {
        ("analytics", "conversationDetail"),
        ("authorization", "grant"),
        ("routing", "queue"),
        ("wfm", "agent"),
    }
