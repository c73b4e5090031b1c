"""Each permission of the table removed in turn, and a client of one division: what doctor says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests.acceptance.commands import SMALL as SERVED
from tests.acceptance.commands import desk
from tests.fakes import run
from tests.gateway import SMALL, Site
from trunkline.engine.doctor import examine
from trunkline.engine.findings import Finding, Health, Right, State
from trunkline.engine.permission_table import definition
from trunkline.engine.registry import catalog
from trunkline_simulator.api.permissions import ALL
from trunkline_simulator.settings import Client

# The permissions of the form by its numbers, and those that tables need beyond it; with a table.
# fmt: off
EVERY: dict[str, tuple[int | None, str]] = {
    "analytics:conversationDetail:view": (1, "conversations"),
    "analytics:conversationAggregate:view": (2, "queue_intervals"),
    "analytics:evaluationAggregate:view": (4, "evaluation_aggregates"),
    "analytics:queueObservation:view": (5, "queue_observations"),
    "analytics:userAggregate:view": (6, "user_aggregates"),
    "analytics:userDetail:view": (7, "user_presence"),
    "analytics:userObservation:view": (8, "user_observations"),
    "authorization:grant:view": (9, ""),  # no table: what certificates tell of divisions
    "directory:user:view": (10, "users"),
    "outbound:campaignSequence:view": (12, "campaign_sequences"),
    "outbound:campaign:view": (13, "campaigns"),
    "outbound:contactList:view": (14, "contact_lists"),
    "outbound:contact:view": (15, "contacts"),
    "outbound:responseSet:view": (16, "response_sets"),
    "outbound:wrapUpCodeMapping:view": (17, "wrapup_code_mappings"),
    "routing:queue:view": (18, "queues"),
    "routing:wrapupCode:view": (21, "wrapup_codes"),
    "quality:evaluationForm:view": (22, "evaluation_forms"),
    "quality:evaluation:view": (23, "evaluations"),
    "wfm:agent:view": (24, "wfm_agents"),
    "wfm:historicalAdherence:view": (26, "wfm_adherence"),
    "wfm:shortTermForecast:view": (27, "wfm_forecasts"),
    "wfm:intraday:view": (29, "wfm_intraday"),
    "wfm:activityCode:view": (31, "wfm_activity_codes"),
    "wfm:managementUnit:view": (32, "wfm_management_units"),
    "wfm:schedule:view": (34, "wfm_schedules"),
    "wfm:publishedSchedule:view": (35, "wfm_schedules"),
    "wfm:businessUnit:view": (36, "wfm_business_units"),
    "wfm:timeOffRequest:view": (38, "wfm_time_off_requests"),
    "billing:subscription:view": (39, "billable_usage"),
    "routing:skill:view": (None, "skills"),
    "groups:team:view": (None, "teams"),
    "architect:flow:view": (None, "flows"),
    "presence:presenceDefinition:view": (None, "presence_definitions"),
    "authorization:role:view": (None, "grants"),
}
# fmt: on
IDLE = ALL - {*EVERY} - {"analytics:agentConversationDetail:view"}
THERE = {table.shown for table in catalog().tables}


def checked(home: Path, client: Client) -> dict[str, Finding]:
    site = Site(home, replace(SMALL, clients=(client,)))

    async def all_of() -> list[Finding]:
        with site.engine() as engine:
            looking = examine(engine.settings, engine.seams, engine.catalog)
            return [finding async for finding in looking]

    return {finding.what: finding for finding in run(site.clock, all_of())}


def row_of(finding: Finding, right: str) -> Right:
    return next(row for row in finding.rights if row.permission == right)


@pytest.mark.parametrize("right", EVERY)
def test_a_permission_that_is_missing_is_named_with_its_row_and_tables(
    tmp_path: Path, right: str
) -> None:
    found = checked(tmp_path, Client(permissions=ALL - {right}))["permissions"]
    number, table = EVERY[right]
    row = row_of(found, right)
    assert (row.number, row.state) == (number, State.MISSING)
    assert not table or (table, table in THERE) in row.tables
    assert table or "divisions" in row.purpose
    others = {other.state for other in found.rights if other.permission != right}
    untold = right == "authorization:grant:view"  # without it there is nothing to tell the rest by
    assert others == {State.UNTOLD if untold else State.GRANTED, State.UNNEEDED}
    assert row.is_needed is bool(THERE & {name for name, _ in row.tables})
    assert right in f"{found.advice}"
    if row.is_needed:
        assert found.health is Health.BAD
        assert found.error
        assert found.error.exit_status == 3
        assert " > ".join(row.shown) in f"{found.advice}"
        assert all(name in f"{found.advice}" for name, there in row.tables if there)
    else:
        assert found.error is None


def test_what_nothing_needs_may_be_missing(tmp_path: Path) -> None:
    found = checked(tmp_path, Client(permissions=frozenset(EVERY)))["permissions"]
    assert found.health is Health.GOOD
    for right in IDLE:
        row = row_of(found, right)
        assert (row.state, row.is_granted, row.is_needed) == (State.UNNEEDED, False, False)
        assert row.reason
    assert len(IDLE) == 9
    everything = checked(tmp_path / "all", Client())["permissions"]
    assert everything.health is Health.GOOD
    assert all(right in f"{everything.advice}" for right in IDLE)


def of_role() -> set[str]:
    return {
        f"{policy['domain']}:{policy['entityName']}:{action}"
        for policy in definition(catalog())["permissionPolicies"]
        for action in policy["actionSet"]
    }


def test_the_role_is_enough(tmp_path: Path) -> None:
    found = checked(tmp_path, Client(permissions=frozenset(of_role())))
    assert {f.what: f.error for f in found.values() if f.error} == {}
    assert found["permissions"].health is Health.GOOD


@pytest.mark.parametrize("right", sorted(of_role()))
def test_the_role_has_nothing_too_much(tmp_path: Path, right: str) -> None:
    found = checked(tmp_path, Client(permissions=frozenset(of_role() - {right})))
    assert found["permissions"].health is not Health.GOOD


def test_a_client_of_one_division_is_told_which_are_missing(tmp_path: Path) -> None:
    found = checked(tmp_path, Client(divisions=frozenset({"EMEA"})))
    assert found["divisions"].health is Health.WARNING
    assert found["divisions"].detail.startswith("1 of 3; not APAC, Home")
    assert found["permissions"].error is None
    states = {(row.state, row.divisions) for row in found["permissions"].rights}
    assert {state for state in states if state[0] is State.GRANTED} == {(State.GRANTED, ("EMEA",))}


def test_the_command_prints_all_rows_and_exits_with_3(tmp_path: Path) -> None:
    lacking = "analytics:conversationDetail:view"
    settings = replace(SERVED, clients=(Client(permissions=ALL - {lacking}),))
    with desk(tmp_path / "desk", settings) as at:
        done = at.run("doctor")
        assert done.returncode == 3, done.stderr
        lines = [line for line in done.stdout.splitlines() if line[0] in "+0123456789"]
        for right, (number, table) in EVERY.items():
            line = next(line for line in lines if f" {right} " in line)
            assert line.startswith(f"{number or '+'} ")
            assert table in line
            assert (" missing " in line) is (right == lacking)
        assert "routing:queue:join?" in done.stdout
        told = at.run("doctor", "--json")
        assert told.returncode == 3
        document = json.loads(told.stdout)
    assert document["exit_status"] == 3
    (finding,) = (f for f in document["findings"] if f["what"] == "permissions")
    assert [row["number"] for row in finding["permissions"][:39]] == [*range(1, 40)]
    assert [row["permission"] for row in finding["permissions"] if row["state"] == "missing"] == [
        lacking
    ]


def test_a_role_is_printed_without_an_account(tmp_path: Path) -> None:
    with desk(tmp_path / "desk") as at:
        for name in [name for name in at.environment if name.startswith("GENESYS_")]:
            del at.environment[name]
        done = at.run("doctor", "--role")
        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == definition(catalog())
        assert "Analytics > Conversation Detail > View" in done.stderr
        assert list(at.folder.iterdir()) == []
        assert at.run("doctor", "--role", "--json").returncode == 2
