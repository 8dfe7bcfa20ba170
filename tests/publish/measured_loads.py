"""What several loads of a small company measured: rows, ages, filled fields. One of them can be made to go wrong."""

from datetime import timedelta

import duckdb

from tests.publish.report_tables import AS_OF, insert

FIELDS = {"Lead": ("Email", "Phone", "NextStep"), "Account": ("Website",)}
OWNERS = {"005A": "Ruth Sørensen", "005B": "Max Albrecht", "005C": "Tiny Share"}


def add_measures(connection: duckdb.DuckDBPyConnection, loads: int = 5) -> None:
    """The newest load is `r1`; its Leads and page views came in time, Accounts are nine days old, no form ever came."""
    for load in range(1, loads + 1):
        run = "r1" if load == loads else f"z{load}"
        for source, name, age, expected, records in (
            ("engagement", "form_fill", None, 192, 0),
            ("engagement", "web_visit", 3, 72, 900),
            ("hubspot", "HubspotDeal", None, 192, 0),
            ("salesforce", "Account", 216, 192, 50),
            ("salesforce", "Lead", 0, 192, 40),
            ("salesforce", "Product2", 900, None, 4),
        ):
            verdict = "unknown" if age is None else None if not expected else "late" if age > expected else "fresh"
            insert(
                connection,
                "meta.freshness",
                run_id=run,
                source=source,
                object=name,
                load_number=load,
                records=records,
                newest_at=None if age is None else AS_OF - timedelta(hours=age),
                age_hours=age,
                expected_hours=expected,
                verdict=verdict,
            )
        if run != "r1":
            insert(
                connection,
                "meta.balance",
                run_id=run,
                source="salesforce",
                object="Lead",
                file=f"day-{load}/Lead.csv",
                rows_read=100 * load,
                rows_loaded=100 * load,
                rows_identical=0,
                rows_superseded=0,
                rows_quarantined=0,
                rows_rejected=0,
            )
        count_fields(connection, run, load)


def count_fields(connection: duckdb.DuckDBPyConnection, run: str, load: int) -> None:
    """Leads: 24 of Ruth's, 12 of Max's, 2 of somebody's; Ruth fills half of the phones, nobody the next step."""
    for name, fields in FIELDS.items():
        for field in fields:
            by_owner = {"005A": (24, 12 if field == "Phone" else 24), "005B": (12, 12), "005C": (2, 0)}
            if field == "NextStep":
                by_owner = {owner: (records, 0) for owner, (records, _) in by_owner.items()}
            records, filled = (sum(column) for column in zip(*by_owner.values(), strict=True))
            for owner, (own, full) in ({"": (records, filled)} | by_owner).items():
                insert(
                    connection,
                    "meta.completeness",
                    run_id=run,
                    object=name,
                    field=field,
                    owner=owner,
                    load_number=load,
                    records=own,
                    filled=full,
                )
    if load == 1:
        for owner, person in OWNERS.items():
            insert(connection, "core.users", user_id=owner, user_name=person)
