"""The declarations of conversation details, held against the vendor's own client."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from PureCloudPlatformClientV2 import models

from trunkline.catalog import Column, Holds, Pii, Table, Whose
from trunkline.flatten import Flattener, Policy
from trunkline.providers.genesys.datasets import CONVERSATION_DETAILS
from trunkline.providers.genesys.filters import DIMENSIONS
from trunkline.providers.genesys.tables import TABLES
from trunkline.types import Type

EVERY = tuple(table for table in TABLES if table.dataset is CONVERSATION_DETAILS)
DETAILS = tuple(table for table in EVERY if table.schema is None)
MODELS = {
    "conversation": models.AnalyticsConversation,
    "participant": models.AnalyticsParticipant,
    "session": models.AnalyticsSession,
    "segment": models.AnalyticsConversationSegment,
    "metric": models.AnalyticsSessionMetric,
    "flow": models.AnalyticsFlow,
    "flow_outcome": models.AnalyticsFlowOutcome,
    "media_endpoint_stat": models.AnalyticsMediaEndpointStat,
    "evaluation": models.AnalyticsEvaluation,
    "survey": models.AnalyticsSurvey,
    "resolution": models.AnalyticsResolution,
}
TYPES = {
    "str": Type.TEXT,
    "bool": Type.BOOLEAN,
    "int": Type.BIGINT,
    "float": Type.DOUBLE,
    "datetime": Type.TIMESTAMP,
    "list[str]": Type.TEXT_LIST,
    "list[int]": Type.BIGINT_LIST,
}
OWN = {found.level: found.name for found in DETAILS}
SCORE = re.compile(r"o[A-Z]")
LEFT_OUT = {
    ("session", "agentGroups"),
    ("session", "proposedAgents"),
    ("segment", "scoredAgents"),
    ("segment", "properties"),
}


def table(name: str) -> Table:
    return next(found for found in DETAILS if found.name == name)


def vendor(level: str) -> dict[str, str]:
    """The vendor's attributes of a level and their types."""
    model: Any = MODELS[level]()
    return {model.attribute_map[name]: type_ for name, type_ in model.swagger_types.items()}


def snake(attribute: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", attribute).lower()


def reached() -> set[str]:
    """The vendor's models that attributes lead to from the conversation, by the level's name."""
    return {
        level.name
        for level in CONVERSATION_DETAILS.levels
        if level.parent is None or level.attribute in vendor(level.parent)
    }


def test_every_level_has_a_model_and_a_table() -> None:
    levels = [level.name for level in CONVERSATION_DETAILS.levels]
    assert reached() == set(levels)
    assert set(levels) == {*MODELS, "attribute"}
    assert sorted(levels) == sorted(OWN) == sorted(found.level for found in DETAILS)
    assert len(DETAILS) == 12


def test_what_is_left_out_is_listed() -> None:
    levels = CONVERSATION_DETAILS.levels
    assert {(level.name, name) for level in levels for name in level.known} == LEFT_OUT


def test_levels_hold_what_the_vendor_says() -> None:
    forms = {"list[": Holds.LIST, "dict(": Holds.MAP}
    for level in CONVERSATION_DETAILS.levels[1:]:
        assert level.parent is not None
        type_ = vendor(level.parent)[level.attribute]
        assert level.holds is forms.get(type_[:5], Holds.OBJECT)
        if level.holds is not Holds.MAP:
            assert MODELS[level.name].__name__ in type_


@pytest.mark.parametrize("level", MODELS)
def test_every_attribute_is_a_column_or_known(level: str) -> None:
    declared = CONVERSATION_DETAILS.level(level)
    columns = {c.attribute for c in table(OWN[level]).columns if c.level == level}
    below = {x.attribute for x in CONVERSATION_DETAILS.levels if x.parent == level}
    assert vendor(level).keys() <= columns | declared.known | below
    assert not columns & declared.known


@pytest.mark.parametrize("level", MODELS)
def test_columns_have_the_vendors_name_and_type(level: str) -> None:
    types = vendor(level)
    for column in table(OWN[level]).columns:
        if column.level != level or not column.attribute.isalnum() or column.attribute == "key":
            continue
        if column.pii is Pii.TOKEN:
            assert column.name == snake(column.attribute) + "_token"
            continue
        assert column.name == snake(column.attribute)
        expected = TYPES[types[column.attribute]]
        if column.source == "metric.value":
            expected = Type.METRIC
        elif SCORE.match(column.attribute):
            expected = Type.SCORE
        assert column.type is expected


@pytest.mark.parametrize("level", MODELS)
def test_what_is_known_and_not_landed_exists(level: str) -> None:
    assert CONVERSATION_DETAILS.level(level).known <= vendor(level).keys()


def test_the_metrics_are_those_the_vendor_names() -> None:
    source = models.ConversationDetailQueryPredicate.metric.fset.__code__
    names = next(const for const in source.co_consts if "tTalk" in str(const))
    assert set(CONVERSATION_DETAILS.metrics) == set(names)
    assert len(CONVERSATION_DETAILS.metrics) == 88


@pytest.mark.parametrize("name", ["participants", "sessions"])
def test_every_metric_is_a_wide_column(name: str) -> None:
    wide = {c.source.partition("metrics[")[2][:-1]: c for c in table(name).columns
            if "metrics[" in c.source}  # fmt: skip
    assert tuple(wide) == CONVERSATION_DETAILS.metrics
    for metric, column in wide.items():
        assert column.name == snake(metric) + ("_ms" if metric[0] == "t" else "")
        assert column.type is (Type.SCORE if metric[0] == "o" else Type.BIGINT)
        assert column.unit == {"t": "ms", "n": "count", "o": None}[metric[0]]


PERSONAL = re.compile(
    r"(?i)(name|ani|dnis|address|remote|number|mail|note|subject|tag|(^|_)b?cc|customer_id"
    r"|description|extended_delivery)s?($|_)"
)
CONFIGURED_NAMES = {"flow_name", "form_name", "survey_form_name"}
OPEN = {
    "disposition_name",  # of the dialler's analysis
    "journey_customer_id_type",
    "name",  # of a metric, of an attribute
}


@pytest.mark.parametrize("declared", DETAILS, ids=lambda declared: declared.name)
def test_what_looks_personal_is_masked(declared: Table) -> None:
    looks = [c for c in declared.columns if PERSONAL.search(c.name) and "metrics[" not in c.source]
    assert [c.name for c in looks if c.pii is Pii.NONE and c.name not in OPEN] == []


def test_the_masked_columns() -> None:
    masked = {c.name: c.pii for t in DETAILS for c in t.columns if c.pii is not Pii.NONE}
    assert {name for name, pii in masked.items() if pii is Pii.NAME} == {
        "participant_name", "callback_user_name", "remote_name_displayable",
        "transfer_target_name", *CONFIGURED_NAMES,
    }  # fmt: skip
    assert {name for name, pii in masked.items() if pii is Pii.PHONE} == {
        "ani", "dnis", "session_dnis", "callback_numbers",
    }  # fmt: skip
    assert {name for name, pii in masked.items() if pii is Pii.CONTACT} == {
        "remote", "address_from", "address_to", "address_self", "address_other",
        "destination_addresses", "bcc", "cc", "video_address_self", "screen_share_address_self",
        "entry_reason", "transfer_target_address",
    }  # fmt: skip
    assert {name for name, pii in masked.items() if pii is Pii.IDENTIFIER} == {
        "journey_customer_id", "external_tag",
    }  # fmt: skip
    assert {name for name, pii in masked.items() if pii is Pii.TOKEN} == {
        "ani_token", "dnis_token", "session_dnis_token", "remote_token", "address_from_token",
        "address_to_token", "callback_numbers_token", "destination_addresses_token",
        "transfer_target_address_token",
    }  # fmt: skip
    assert {name for name, pii in masked.items() if pii is Pii.FREE_TEXT} == {
        "wrap_up_note", "wrap_up_tags", "subject", "extended_delivery_status",
        "error_code_description",
    }  # fmt: skip
    listed = [c.source for t in DETAILS for c in t.columns if c.pii is Pii.LISTED]
    assert listed == ["attribute.value"]


def test_whose_the_masked_columns_are() -> None:
    masked = [c for t in EVERY for c in t.columns if c.pii is not Pii.NONE]
    others = {c.name for c in masked if c.whose is not Whose.CUSTOMER}
    assert others == {*CONFIGURED_NAMES, "external_tag"}
    assert {c.whose for c in masked if c.name in others} == {Whose.CONFIGURATION}


@pytest.mark.parametrize("declared", EVERY, ids=lambda declared: declared.name)
def test_identifiers_of_people_say_whose_they_are(declared: Table) -> None:
    """An identifier of a user is about an employee, one of a contact about a customer."""
    whose = {c.name: c.whose for c in declared.columns if c.type in (Type.TEXT, Type.TEXT_LIST)}
    for name, found in whose.items():
        if re.search(r"(^|_)(user|assigner|assignee|evaluator|agent)_ids?$", name):
            assert found is Whose.EMPLOYEE, name
        if re.search(r"(^|_)(contact|customer)_id$", name):
            assert found is Whose.CUSTOMER, name


def test_finance_has_the_fronts_of_numbers_and_no_end() -> None:
    (declared,) = (t for t in EVERY if t.schema is not None)
    assert (declared.schema, declared.name) == ("finance", "session_numbers")
    held = {c.name: c.pii for c in declared.columns if c.pii is not Pii.NONE}
    fronts = {name for name, pii in held.items() if pii is Pii.FRONT}
    assert set(held.values()) == {Pii.FRONT, Pii.TOKEN}
    assert {name.removesuffix("_prefix") for name in fronts} == {
        "ani", "dnis", "session_dnis", "remote", "address_from", "address_to", "callback_numbers",
        "destination_addresses",
    }  # fmt: skip
    for column in declared.columns:
        if column.pii in (Pii.FRONT, Pii.TOKEN):
            number = column.name.removesuffix("_prefix").removesuffix("_token")
            assert column.source == table("sessions").column(number).source


@pytest.mark.parametrize("declared", EVERY, ids=lambda declared: declared.name)
def test_every_table_can_be_placed_and_bounded(declared: Table) -> None:
    names = {column.name for column in declared.columns}
    assert {"conversation_id", "conversation_start"} <= names
    pushdown, *others = declared.pushdowns
    assert pushdown.column == "conversation_start"
    assert pushdown.operators == (">=", "<")
    assert pushdown.required
    assert all(other.operators == ("=", "IN") for other in others)
    assert not any(other.required or other.exact for other in others)


def test_what_is_pushed_down_can_be_filtered_by() -> None:
    """A column of that name that other tables have too must mean the same, or not be pushed."""
    sources: dict[str, set[str]] = {}
    for declared in DETAILS:
        for pushdown in declared.pushdowns[1:]:
            column = declared.column(pushdown.column)
            sources.setdefault(column.name, set()).add(column.source)
            assert column.pii is Pii.NONE
            assert column.type is Type.TEXT
    assert sources.keys() == DIMENSIONS.keys()
    for name, found in sources.items():
        (source,) = found
        filters, dimension = DIMENSIONS[name]
        assert source.partition(".")[2] == dimension
        assert (filters == "conversationFilters") == source.startswith("conversation.")


def test_the_dimensions_are_those_of_the_vendors_models() -> None:
    predicates = {
        "segmentFilters": models.SegmentDetailQueryPredicate(),
        "conversationFilters": models.ConversationDetailQueryPredicate(),
    }
    for filters, dimension in DIMENSIONS.values():
        predicate = predicates[filters]
        predicate.dimension = dimension  # outdated_sdk_version where it is not in the enumeration
        assert predicate.dimension == dimension


@pytest.mark.parametrize("declared", EVERY, ids=lambda declared: declared.name)
def test_descriptions_are_sentences(declared: Table) -> None:
    for column in declared.columns:
        assert column.description.endswith(".")
        assert len(column.description) <= 100


def test_the_interactions_view_is_the_conversations() -> None:
    assert table("conversations").views == ("interactions",)


def test_columns_that_disagree_on_a_type_are_refused() -> None:
    first = table("conversations")
    wrong = Column("purpose", Type.BIGINT, "participant.purpose", "Wrong.")
    second = table("participants")
    columns = (*(c for c in second.columns if c.name != "purpose"), wrong)
    other = Table(
        name="other", description="x", dataset=CONVERSATION_DETAILS, level="participant",
        grain="x", key=second.key, natural_key=(), columns=columns, pushdowns=(),
    )  # fmt: skip
    with pytest.raises(ValueError, match=r"participant\.purpose"):
        Flattener(CONVERSATION_DETAILS, (first, second, other), Policy())


def test_an_attribute_may_be_read_at_one_level_and_left_unread_at_another() -> None:
    first = CONVERSATION_DETAILS.levels[0]
    levels = (replace(first, known=frozenset({"mediaType"})), *CONVERSATION_DETAILS.levels[1:])
    flattener = Flattener(replace(CONVERSATION_DETAILS, levels=levels), DETAILS, Policy())
    page = (
        b'{"conversations":[{"conversationId":"c","conversationStart":"2025-03-13T08:00:00Z",'
        b'"mediaType":{"x":1},"participants":[{"sessions":[{"mediaType":"chat"}]}]}]}'
    )
    found = flattener.flatten(page, days=frozenset({date(2025, 3, 13)}))
    assert found.unknown == {}
    assert found.tables["sessions"]["media_type"].to_pylist() == ["chat"]
