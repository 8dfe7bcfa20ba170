"""Every feature is followed, column by column, to the raw columns it is made of; contracts say when those were known.

Values are followed here, not the choice of rows: that a conversion moves no row is shown in test_conversion.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from pipelines.home import PROJECT_ROOT
from pipelines.tables.files import TableFile, read_table
from pipelines.tables.lineage import column_lineage
from tests.features.company import Company, incoming_contracts, tables_from_sql

Place = tuple[str, str]
Graph = Mapping[Place, frozenset[Place]]

MODELS = {
    "features.lead_conversion": "lead_id",
    "features.account_fit": "account_id",
    "features.opportunity_win": "opportunity_id",
}
NO_FEATURES = {"as_of", "purpose", "group_id", "label", "weight", "outcome_at", "is_worked"}

DATED: Mapping[Place, str] = {
    ("features.account_origins", "made_at"): "a moment: an account was made by a conversion at landmarks after it",
    ("core.opportunities", "outcome"): "read of deals closed by the landmark alone: company_is_customer",
    ("core.former_values", "value"): "of the stretch in which the landmark lies; test_as_of_truth holds which columns",
    ("core.opportunities", "closed_at"): "a moment: an opportunity counts as open at landmarks before it",
    ("core.attribute_history", "value"): "what a record said from from_at on: only versions of the landmark are read",
    ("core.attribute_history", "record_id"): "an id: it says which record a version is of, and nothing of it",
    ("core.attribute_history", "from_at"): "a moment: only versions that began by the landmark are read",
    ("core.attribute_history", "until_at"): "a moment: of the versions that had begun the one not ended counts",
    ("core.touches", "actor"): "who acted tells no outcome; sales-side signs are allowed for opportunity win alone",
    ("core.stage_ladder", "percent"): "how far a stage is says nothing of a deal",
    ("core.opportunity_stages", "entered_at"): "a moment: only stays that had ended by the landmark are measured",
    ("core.opportunity_stages", "left_at"): "a moment: only stays that had ended by the landmark are measured",
    ("core.currency_rates", "rate"): "a rate of exchange tells nothing of a record",
    ("core.touches", "occurred_at"): "a moment: only touches that had happened, and were known, by the landmark count",
    ("staging.hubspot_merges", "loser_id"): "an id: it says which record a row is, and nothing of it",
    ("staging.pardot_accounts", "account_id"): "an id: it says which record a row is, and nothing of it",
}
"""Columns made of tracked or outcome fields that hold a moment to compare with the landmark, or tell no outcome."""

COUNTED_ROWS = {"company_deals", "forms_365d", "hand_raises_365d", "is_free_mail", "owner_won_share", "planned_tasks",
                "product_lines"}  # fmt: skip
"""Features that count or find rows and hold no value of any: no column to follow."""


def graph_of(tables: Mapping[str, TableFile], columns: Mapping[str, frozenset[str]]) -> Graph:
    """(table, column) -> the columns that it is made of, names in lower case."""
    parents: dict[Place, set[Place]] = {}
    for table in tables.values():
        schemas = {name: sorted(columns[name]) for name in table.dependencies}
        for column, parent, parent_column in column_lineage(table, schemas):
            if parent_column is not None:
                parents.setdefault((table.name, column.lower()), set()).add((parent, parent_column.lower()))
    return {place: frozenset(made_of) for place, made_of in parents.items()}


def sources(graph: Graph, place: Place, seen: set[Place]) -> Iterator[Place]:
    """The raw columns below a column; a dated column is followed no further and stands for itself."""
    if place in seen:
        return
    seen.add(place)
    if place in DATED or place[0].startswith("raw."):
        yield place
        return
    for parent in graph.get(place, ()):
        yield from sources(graph, parent, seen)


def not_known_then(reached: set[Place]) -> set[str]:
    """The reached raw columns that their contract does not call known at creation, with when they are."""
    contracts = {contract.table: contract for contract in incoming_contracts()}
    late = set()
    for table, name in reached - DATED.keys():
        column = contracts[table].column(name)
        assert column is not None, f"{table}.{name} is in no contract"
        if column.known_at != "at_creation":
            late.add(f"{table}.{name}: {column.known_at}")
    return late


def reached_by(graph: Graph, features: set[Place]) -> dict[str, set[Place]]:
    return {f"{table}.{column}": set(sources(graph, (table, column), set())) for table, column in sorted(features)}


@pytest.fixture(scope="module")
def columns_known(company_of_package: Company) -> Mapping[str, frozenset[str]]:
    return company_of_package.columns


@pytest.fixture(scope="module")
def house(columns_known: Mapping[str, frozenset[str]]) -> Graph:
    return graph_of(tables_from_sql(), columns_known)


def feature_places(columns: Mapping[str, frozenset[str]]) -> set[Place]:
    return {(table, name) for table, key in MODELS.items() for name in columns[table] - NO_FEATURES - {key}}


@pytest.mark.capability("M4")
def test_no_feature_is_made_of_an_outcome_or_of_a_tracked_field_without_its_date(
    house: Graph, columns_known: Mapping[str, frozenset[str]]
) -> None:
    reached = reached_by(house, feature_places(columns_known))
    assert {feature: late for feature, places in reached.items() if (late := not_known_then(places))} == {}
    # Nothing passes because nothing was found: each feature comes from somewhere, these from where we know.
    assert {name.split(".")[2] for name, places in reached.items() if not places} == COUNTED_ROWS
    assert ("raw.lead", "leadsource") in reached["features.lead_conversion.lead_source"]
    assert ("raw.lead", "title") in reached["features.lead_conversion.seniority"]
    assert ("raw.web_visit", "page") in reached["features.lead_conversion.pricing_views_30d"]
    assert ("raw.email_event", "event_type") in reached["features.lead_conversion.email_clicks_30d"]
    for table, name in (("raw.lead", "industry"), ("raw.account", "industry"), ("raw.firmographic", "industry")):
        assert (table, name) in reached["features.lead_conversion.company_industry"]
    assert ("raw.account", "numberofemployees") in reached["features.account_fit.employees"]
    assert ("raw.firmographic", "technologies") in reached["features.account_fit.technologies"]
    assert ("raw.account", "createddate") in reached["features.account_fit.record_age_days"]
    # Every exception is needed, and what stands behind it would be caught without it.
    assert DATED.keys() <= {place for places in reached.values() for place in places}
    for place in DATED:
        behind = {one for parent in house[place] for one in sources(house, parent, set())}
        assert not_known_then(behind), f"{place} needs no exception"


@pytest.mark.parametrize(
    ("text", "late"),
    [
        ("select lead_id, case when IsConverted then 1 end as hot from raw.lead as l join core.leads on Id = lead_id",
         "raw.lead.isconverted: outcome"),
        ("select lead_id, status as hot from core.leads", "raw.lead.status: tracked"),
        ("select lead_id, count(*) filter (where converted_at > created_at) as hot from core.leads group by lead_id",
         "raw.lead.converteddate: outcome"),
        ("with won as (select account_id, max(amount) as x from core.opportunities group by 1) "
         "select lead_id, x as hot from core.leads join won using (account_id)", "raw.opportunity.amount: tracked"),
    ],
)  # fmt: skip
def test_a_planted_feature_that_knows_the_outcome_is_caught(
    tmp_path: Path, columns_known: Mapping[str, frozenset[str]], house: Graph, text: str, late: str
) -> None:
    path = tmp_path / "features" / "planted.sql"
    path.parent.mkdir()
    path.write_text(f"-- One row per lead\n-- key: lead_id\n{text}\n", encoding="utf-8")
    planted = graph_of({"features.planted": read_table(path)}, columns_known)
    # It would reach the model through the file that the model reads.
    through = {("features.lead_conversion", "hot"): frozenset({("features.planted", "hot")})}
    reached = set(sources({**house, **planted, **through}, ("features.lead_conversion", "hot"), set()))
    assert late in not_known_then(reached)


SALES_SIDE = {
    "raw.lead": {"status", "ownerid", "rating", "isunreadbyowner", "firstcalldatetime", "firstemaildatetime"},
    "raw.lead_history": {"field", "oldvalue", "newvalue", "createdbyid"},
}


@pytest.mark.capability("M3")
def test_the_queue_model_sees_nothing_that_sales_does_or_writes_down(
    house: Graph, columns_known: Mapping[str, frozenset[str]], company: Company
) -> None:
    features = {place for place in feature_places(columns_known) if place[0] == "features.lead_conversion"}
    reached = {place for feature in features for place in sources(house, feature, set())}
    assert ("raw.lead", "title") in reached
    assert {place for place in reached if place[1] in SALES_SIDE.get(place[0], set())} == set()
    # Rows are chosen, not followed: of touches only those count that no representative did or logged.
    company.put("spine.lead_conversion", lead_id="lead", as_of="2024-05-01")
    kinds = [("sales", "task"), ("prospect", "task"), ("prospect", "event"), ("sales", "call"), ("prospect", "call")]
    touches = [{"touch_id": f"{actor} {source}", "actor": actor, "source": source} for actor, source in kinds]
    rest = {"kind": "call", "is_machine": False, "is_weak": False, "is_hand_raise": False, "occurred_at": "2024-04-30"}
    company.put("core.touches", *(touch | rest for touch in touches))
    company.put("core.lead_touches", *(
        {"touch_id": touch["touch_id"], "lead_id": "lead", "known_at": "2024-04-30"} for touch in touches
    ))  # fmt: skip
    assert company.rows("features.lead_actions", "actions_7d") == [(1,)]


@pytest.mark.capability("M4")
def test_words_that_are_read_as_they_were_are_known_at_creation_but_for_those_that_choose_rows(
    company: Company,
) -> None:
    contracts = {contract.object: contract for contract in incoming_contracts()}
    listed = company.rows("staging.attribute_names", "object, column_name, record_of, attribute")
    names = {(str(one), str(name)): (str(record), str(attribute)) for one, name, record, attribute in listed}
    company.put("staging.salesforce_attribute_changes", *(
        {"object": one, "column_name": name, "record_of": record, "record_id": f"{one}.{name}", "stretch_number": 1,
         "value": "then", "is_known": True}
        for (one, name), (record, _) in names.items()
    ))  # fmt: skip
    read = company.rows("core.former_values", "record_id, attribute")
    late = {
        attribute
        for place, attribute in read
        if (column := contracts[str(place).split(".")[0]].column(str(place).split(".")[1]))
        and column.known_at != "at_creation"
    }
    assert len(read) > 30
    assert late == {"website", "account_id"}


def test_the_dated_columns_are_compared_with_the_landmark_where_features_read_them() -> None:
    comparisons = {
        "lead_company.sql": [
            "deals.outcome = 'won' and deals.closed_at <= matches.as_of",
            "deals.closed_at > matches.as_of",
            "matches.as_of >= deals.from_at",
            "matches.as_of < deals.until_at",
        ],
        "lead_accounts.sql": ["records.created_at <= spine.as_of", "spine.as_of < records.until_at"],
        "lead_conversion.sql": ["days_old.as_of >= words.from_at", "days_old.as_of < words.until_at"],
        "account_fit.sql": [
            "origins.made_at <= spine.as_of",
            "spine.as_of >= words.from_at",
            "spine.as_of < words.until_at",
        ],
        "opportunity_states.sql": [
            "versions.from_at <= moments.as_of",
            "where attribute = 'stage' and until_at > as_of",
        ],
        "opportunity_accounts.sql": [
            "accounts.created_at <= states.as_of",
            "firmographics.fetched_at <= moments.as_of",
            "deals.won_at <= moments.as_of",
            "deals.lost_at <= moments.as_of",
            "deals.closed_at > moments.as_of",
        ],
        "opportunity_owners.sql": ["deals.closed_at < months.month_at"],
        "opportunity_pace.sql": ["stays.left_at < months.month_at"],
        "opportunity_people.sql": ["roles.created_at <= spine.as_of"],
        "opportunity_activity.sql": ["touches.occurred_at <= moments.as_of", "touches.known_at <= moments.as_of"],
        "opportunity_win.sql": ["lines.created_at <= spine.as_of"],
        "lead_firmographics.sql": ["firmographics.fetched_at <= moments.as_of"],
        "lead_actions.sql": ["touches.occurred_at <= spine.as_of", "touches.known_at <= spine.as_of"],
    }
    for file, expected in comparisons.items():
        text = (PROJECT_ROOT / "sql" / "features" / file).read_text(encoding="utf-8")
        assert [one for one in expected if one not in text] == []
