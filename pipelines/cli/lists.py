"""`growth targets`, `growth queue`, `growth deals`, `growth funnel`: what was published, on the screen."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pipelines.cli.options import csv_option, home_option, json_option, limit_option
from pipelines.cli.published import published, query
from pipelines.cli.show import show_csv, show_json, show_table
from pipelines.errors import listed
from pipelines.home import Home

if TYPE_CHECKING:
    import duckdb

TARGETS = (
    "rank", "tier", "account_name", "fit_points", "engagement_score", "fit_score", "reasons", "next_action",
    "owner_name",
)  # fmt: skip
QUEUE = (
    "rank", "tier", "person_name", "account_name", "fast_lane", "queue_reason", "reasons", "phone", "email",
    "owner_name",
)  # fmt: skip
DEALS = ("rank", "opportunity_name", "account_name", "stage", "win_probability", "amount", "expected_amount",
         "close_on", "reasons", "owner_name")  # fmt: skip
ESSENTIAL = ("rank", "opportunity_name", "win_probability", "person_name", "account_name", "queue_reason", "reasons",
             "next_action", "cohort_on", "step", "entered", "advanced", "conversion_rate_matured")  # fmt: skip
"""What a narrow terminal shows of a list, who and why, and of the funnel."""
HEADINGS = {"fit_score": "fit_percentile", "engagement_score": "engagement_points"}
"""Published columns whose names say less than what they hold: a place on the scale of the list, points that fade."""
OWNERS_TOLD = 30
FUNNEL = ("cohort_on", "segment", "step", "entered", "advanced", "lost", "recycled", "went_dark", "open",
          "conversion_rate_matured", "p50_days", "amount_won", "currency")  # fmt: skip

STEP_ORDER = (
    "(select min(entries.step_order) from core.process_entries as entries"
    " where entries.unit = funnel_by_cohort.unit and entries.step = funnel_by_cohort.step)"
)
"""Steps as the process orders them."""

Filters = dict[str, tuple[str, str | list[str]]]
"""Parameter name -> (condition, value)."""

owner_option = click.option("--owner", help="Only this owner's: name, part of it, or id.")
tier_option = click.option("--tier", help="Only this tier.")


@click.command(epilog="Example: growth targets --limit 10 --owner 'Ada Lovelace'")
@home_option
@limit_option
@owner_option
@tier_option
@json_option
@csv_option
def targets(*, home: Home, limit: int, owner: str | None, tier: str | None, as_json: bool, as_csv: bool) -> None:
    """The accounts to approach next, best first, with reasons."""
    filters = equal_filter("tier", tier)
    show_list(
        home,
        table="marts.target_accounts",
        filters=filters,
        order=("rank", "account_id"),
        limit=limit,
        columns=TARGETS,
        owner=owner,
        as_json=as_json,
        as_csv=as_csv,
    )


@click.command(epilog="Example: growth queue --owner 'Ada Lovelace' --json")
@home_option
@limit_option
@owner_option
@tier_option
@json_option
@csv_option
def queue(*, home: Home, limit: int, owner: str | None, tier: str | None, as_json: bool, as_csv: bool) -> None:
    """The people to call or write to next, hand-raisers first, with reasons."""
    filters = equal_filter("tier", tier)
    show_list(
        home,
        table="marts.lead_queue",
        filters=filters,
        order=("rank", "queue_item_id"),
        limit=limit,
        columns=QUEUE,
        owner=owner,
        as_json=as_json,
        as_csv=as_csv,
    )


@click.command(epilog="Example: growth deals --owner 'Ada Lovelace'")
@home_option
@limit_option
@owner_option
@json_option
@csv_option
def deals(*, home: Home, limit: int, owner: str | None, as_json: bool, as_csv: bool) -> None:
    """The open opportunities of new business, the likeliest to be won first, with reasons."""
    show_list(
        home,
        table="scores.deal_ranking",
        filters={},
        order=("rank", "opportunity_id"),
        limit=limit,
        columns=DEALS,
        owner=owner,
        as_json=as_json,
        as_csv=as_csv,
    )


@click.command(epilog="Example: growth funnel --unit opportunity")
@home_option
@click.option("--unit", type=click.Choice(["lead", "account", "opportunity"]), default="lead", show_default=True)
@click.option("--segment", default="all", show_default=True, help="One segment.")
@limit_option
@json_option
@csv_option
def funnel(*, home: Home, unit: str, segment: str, limit: int, as_json: bool, as_csv: bool) -> None:
    """How many entered each step, how many went on, by cohort, the newest first."""
    filters = equal_filter("unit", unit) | equal_filter("segment", segment)
    order = ("cohort_on desc", STEP_ORDER, "step")
    show_list(
        home,
        table="marts.funnel_by_cohort",
        filters=filters,
        order=order,
        limit=limit,
        columns=FUNNEL,
        as_json=as_json,
        as_csv=as_csv,
    )


def owner_filter(connection: "duckdb.DuckDBPyConnection", table: str, owner: str) -> Filters:
    """The condition on an owner by name or id in any case, else by part of the name; tells the names if none fits."""
    owners = query(
        connection, f"select distinct owner_id, owner_name from {table} where owner_id is not null order by all"
    ).rows
    sought = owner.lower()
    whole = [row[0] for row in owners if sought in (row[0].lower(), row[0][:15].lower(), str(row[1] or "").lower())]
    found = whole or [row[0] for row in owners if sought in str(row[1] or "").lower()]
    if not found:
        names = sorted({str(row[1] or row[0]) for row in owners})
        told = f"owners are: {listed(names, OWNERS_TOLD)}" if names else "no item has an owner"
        click.echo(f"no item of an owner named {owner}; {told}.", err=True)
    return {"owners": ("list_contains($owners, owner_id)", found)}


def equal_filter(column: str, value: str | None) -> Filters:
    """The condition that a column holds a value, in any case."""
    return {column: (f"lower({column}::varchar) = lower(${column})", value)} if value else {}


def show_list(
    home: Home,
    *,
    table: str,
    filters: Filters,
    order: Sequence[str],
    limit: int,
    columns: Sequence[str],
    owner: str | None = None,
    as_json: bool,
    as_csv: bool,
) -> None:
    """The first rows of a published table; a person sees the columns that matter, a script sees all."""
    with published(home) as connection:
        if owner:
            filters = filters | owner_filter(connection, table, owner)
        where = f"where {' and '.join(condition for condition, _ in filters.values())}" if filters else ""
        kinds = query(connection, f"describe {table}").rows
        chosen = "*"
        if as_csv:
            from pipelines.publish.files import csv_column

            chosen = ", ".join(csv_column(row[0], row[1]) for row in kinds)  # harmless to a spreadsheet from here on
        elif not as_json and "owner_name" in columns:
            chosen = "* replace (coalesce(owner_name, owner_id) as owner_name)"  # an export without a User file
        statement = f"select {chosen} from {table} {where} order by {', '.join(order)} limit {limit}"
        rows = query(connection, statement, {name: value for name, (_, value) in filters.items()})
        [(as_of,)] = query(connection, "select as_of from config.as_of").rows
    if as_json:
        show_json(rows.records())
    elif as_csv:
        show_csv(rows)
    elif rows.rows or not owner:
        title = f"{table.split('.')[1].replace('_', ' ')} as of {as_of:%Y-%m-%d %H:%M} UTC"
        show_table(rows.only(columns).under(HEADINGS), title, ESSENTIAL)
