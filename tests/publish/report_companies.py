"""Two small companies as published tables: one whose models rank, one where points do."""

from collections.abc import Sequence
from datetime import date, timedelta

import duckdb

from tests.publish.report_tables import AS_OF, empty_company, insert

PEOPLE = (
    ("Ada Lindqvist", "Head of Operations", "Nordic Freight AB"),
    ("Bruno Castellani", "Chief Financial Officer", "Castellani & Figli"),
    ("Chinwe Okafor", "VP Marketing", "Harbour Analytics"),
    ("Dorothea von Hohenzollern-Sigmaringen", "Managing Director for Central and Eastern Europe", "Donau Maschinenbau"),
    ("Emre Yıldız", "IT Manager", "Anadolu Lojistik"),
    ("Fiona Walsh", "Director of Sales", "Galway Instruments"),
    ("Grégoire Petit", None, "Petit Frères"),
    ("Hana Nováková", "Purchasing Lead", "Vltava Foods"),
)


def company_with_models() -> duckdb.DuckDBPyConnection:
    connection = empty_company()
    add_lists(connection, "model")
    add_funnels(connection)
    add_models(connection)
    add_loads(connection)
    return connection


def company_with_points() -> duckdb.DuckDBPyConnection:
    connection = empty_company()
    add_lists(connection, "points")
    add_funnels(connection)
    for model, positive, words in (
        ("account_fit", 12, "account fit: not enough data (12 won, 88 not; 40 + 40 needed)"),
        ("lead_conversion", 0, "lead conversion: not enough data (0 converted, 60 not; 40 + 40 needed)"),
    ):
        insert(
            connection,
            "marts.model_health",
            model=model,
            model_version="none",
            slice="all",
            metric="units_positive",
            value=positive,
            n=100,
            split="training",
            as_of=AS_OF,
            verdict=words,
        )
        insert(connection, "scores.model_status", model=model, status="not_enough_data", sentence=words)
    add_loads(connection)
    return connection


def add_lists(connection: duckdb.DuckDBPyConnection, source: str) -> None:
    is_model = source == "model"
    for place in range(24):
        name, title, company = PEOPLE[place % len(PEOPLE)]
        insert(
            connection,
            "marts.lead_queue",
            queue_item_id=f"00Q{place:03d}#1",
            lead_id=f"00Q{place:03d}",
            account_id=f"001{place % 8:03d}",
            account_name=company,
            person_name=name,
            title=title,
            email="hidden@example.com",
            phone="+49 30 1234567",
            crm_url=f"https://example.my.salesforce.com/00Q{place:03d}",
            step="qualified_lead",
            entered_step_at=AS_OF - timedelta(days=place + 1),
            pass_number=1 + (place == 2),
            fast_lane=place < 3,
            queue_reason="asked for a demo" if place < 3 else "high score",
            rank=place + 1,
            tier="A" if place < 6 else "B",
            score_source=source,
            conversion_probability=0.41 - place * 0.015 if is_model else None,
            probability_low=0.33 - place * 0.015 if is_model else None,
            probability_high=0.49 - place * 0.015 if is_model else None,
            is_extrapolated=False if is_model else None,
            fit_points=32.0,
            engagement_points=41.5,
            reasons=["requested a demo 2 days ago", "viewed the price page 4 times", "company with 200 employees"],
            last_touches=[
                "18 Nov 2026: requested a demo on the web",
                "16 Nov 2026: opened the price page",
                "12 Nov 2026: clicked a link in “Autumn release”",
                "1 Nov 2026: visited",
                "Oct: visited",
            ],
            owner_id="005A",
            owner_name="Ruth Sørensen" if place % 3 else "Max Albrecht",
            do_not_call=place == 5,
        )
    for place in range(40):
        insert(
            connection,
            "marts.target_accounts",
            account_id=f"001{place:03d}",
            account_name=f"{PEOPLE[place % len(PEOPLE)][2]} {place + 1}",
            crm_url=f"https://example.my.salesforce.com/001{place:03d}",
            country="Germany",
            industry="Logistics",
            employees=40 * (41 - place),
            relationship="prospect",
            has_open_opportunity=place % 5 == 0,
            owner_id="005A",
            owner_name="Ruth Sørensen",
            rank=place + 1,
            tier="A" if place < 4 else "B",
            score_source=source,
            fit_points=35.0 - place * 0.5,
            fit_score=97.0 - place if is_model else None,
            fit_lift=4.2 - place * 0.08 if is_model else None,
            reasons=["at least 200 employees", "industry Logistics wins twice as often", "website is known"],
            next_action="call now while they are looking" if place % 2 else "start a sequence",
            last_engagement_at=AS_OF - timedelta(days=place),
            reachable_contacts=place % 4,
            last_sales_touch_at=None if place % 3 else AS_OF - timedelta(days=30),
        )


FUNNEL_STEPS: dict[str, Sequence[tuple[str, float, float, float, float]]] = {
    "lead": (
        ("lead", 0.5, 0.2, 0.05, 0.05),
        ("qualified_lead", 0.6, 0.1, 0.1, 0.02),
        ("accepted_lead", 0.7, 0.1, 0.05, 0.0),
        ("opportunity", 0.3, 0.3, 0.0, 0.0),
    ),
    "opportunity": (("opportunity", 0.28, 0.34, 0.0, 0.0),),
    "account": (("activity", 0.45, 0.0, 0.0, 0.0), ("event", 0.3, 0.0, 0.0, 0.0), ("opportunity", 0.35, 0.3, 0.0, 0.0)),
}


def add_funnels(connection: duckdb.DuckDBPyConnection) -> None:
    for unit, horizon in (("lead", 90), ("opportunity", 180), ("account", 180)):
        insert(connection, "config.funnel_units", unit=unit, horizon_days=horizon)
        for month in range(1, 12):
            cohort(connection, unit, date(2026, month, 1), 1400 - 30 * month if unit == "lead" else 210, month > 7)


def cohort(connection: duckdb.DuckDBPyConnection, unit: str, on: date, entered: int, is_censored: bool) -> None:
    for order, (step, advanced, lost, recycled, dark) in enumerate(FUNNEL_STEPS[unit], 1):
        insert(connection, "core.process_entries", unit=unit, step=step, step_order=order)
        pieces = [int(entered * share) for share in (advanced, lost, recycled, dark)]
        matured = 0 if is_censored else entered
        insert(
            connection,
            "marts.funnel_by_cohort",
            cohort_on=on,
            unit=unit,
            segment="all",
            step=step,
            entered=entered,
            advanced=pieces[0],
            lost=pieces[1],
            recycled=pieces[2],
            went_dark=pieces[3],
            open=entered - sum(pieces),
            n_matured=matured,
            conversion_rate_matured=advanced if matured else None,
            is_censored=is_censored,
            amount_won=pieces[0] * 18500.0 if step == "opportunity" else None,
            currency="EUR",
        )
        entered = pieces[0]


def add_models(connection: duckdb.DuckDBPyConnection) -> None:
    for model, title, unit, positive, days, auc in (
        ("account_fit", "account fit", "account", "won", 180, 0.71),
        ("lead_conversion", "lead conversion", "lead", "converted", 90, 0.8),
    ):
        insert(connection, "scores.model_status", model=model, status="champion", model_version="3")
        insert(connection, "config.labels", model=model, title=title, unit=unit, positive=positive, horizon_days=days)
        for slice_, metric, value, n in (
            ("all", "auc", auc, 3120),
            ("all", "brier", 0.081, 3120),
            ("all", "base_rate", 0.094, 3120),
            ("all", "lift_at_10pct", 3.7, 3120),
            ("all", "ece", 0.011, 3120),
            ("all", "ece_expected", 0.009, 3120),
            ("age:31+", "auc", auc - 0.08, 590),
            ("age:31+", "lift_at_10pct", 2.2, 590),
            ("age:2-7", "auc", auc + 0.04, 1200),
            ("age:2-7", "lift_at_10pct", 4.1, 1200),
            ("age:8-30", "auc", auc - 0.02, 1330),
            ("age:8-30", "base_rate", 0.12, 1330),
        ):
            insert(
                connection,
                "marts.model_health",
                model=model,
                model_version="3",
                slice=slice_,
                metric=metric,
                value=value,
                low=value * 0.95,
                high=value * 1.05,
                n=n,
                split="test",
                as_of=AS_OF,
                verdict="ok",
            )
        for bin_, (mean, rate) in enumerate(
            ((0.01, 0.012), (0.03, 0.025), (0.06, 0.07), (0.11, 0.1), (0.19, 0.23), (0.34, 0.31))
        ):
            insert(
                connection,
                "scores.reliability",
                model=model,
                model_version="3",
                bin=bin_,
                n=900 - 140 * bin_,
                mean_score=mean,
                event_rate=rate,
                low=rate * 0.7,
                high=rate * 1.35,
            )
        for share, caught in ((0.05, 0.22), (0.1, 0.37), (0.2, 0.58), (0.3, 0.71), (0.5, 0.87), (0.75, 0.96), (1, 1)):
            insert(connection, "scores.gains", model=model, model_version="3", share=share, caught=caught)


def add_loads(connection: duckdb.DuckDBPyConnection) -> None:
    for name, read, superseded, held in (("Account", 5000, 0, 3), ("Contact", 14211, 120, 0), ("Lead", 12874, 0, 11)):
        insert(
            connection,
            "meta.balance",
            run_id="r1",
            source="salesforce",
            object=name,
            file=f"{name}.csv",
            lines_read=read + 1,
            rows_read=read,
            rows_loaded=read - superseded - held,
            rows_identical=0,
            rows_superseded=superseded,
            rows_quarantined=held,
            rows_rejected=0,
        )
    insert(
        connection,
        "meta.rule_results",
        load_id="r1",
        object="lead",
        rule_id="lead.OwnerId.reference",
        kind="row",
        severity="WARN",
        rows_failed=60,
        sample="005secret",
    )
    insert(
        connection,
        "meta.reports",
        run_id="r1",
        kind="unlisted",
        object="case",
        file="Case.csv",
        message="Case.csv has no contract: 80 rows kept as text, used nowhere",
    )
    insert(
        connection,
        "meta.reports",
        run_id="r1",
        kind="missing_optional",
        object="event",
        file=None,
        message="No Event file was found: meetings are unknown",
    )
    for line in (14, 980, 3300, 7001):
        insert(
            connection,
            "quarantine.rows",
            load_id="r1",
            source="salesforce",
            object="lead",
            file="Lead.csv",
            line=line,
            line_end=line,
            violated_rules=["lead.Email.format"],
            reasons=["line 14, column Email: found 'private.person@example.com', expected an address"],
            record='{"Email": "private.person@..."}',
        )
