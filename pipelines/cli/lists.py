"""`growth targets`, `growth queue`, `growth funnel`: what was published, on the screen."""

from collections.abc import Sequence

import click

from pipelines.cli.options import csv_option, home_option, json_option, limit_option
from pipelines.cli.published import published, query
from pipelines.cli.show import show_csv, show_json, show_table
from pipelines.home import Home

TARGETS = ("rank", "tier", "account_name", "fit_score", "engagement_score", "reasons", "next_action", "owner_name")
QUEUE = (
    "rank",
    "tier",
    "person_name",
    "account_name",
    "fast_lane",
    "queue_reason",
    "reasons",
    "phone",
    "email",
    "owner_name",
)
FUNNEL = ("cohort_on", "segment", "step", "entered", "advanced", "lost", "recycled", "went_dark", "open",
          "conversion_rate_matured", "p50_days", "amount_won", "currency")  # fmt: skip

Filters = dict[str, tuple[str, str]]
"""Parameter name -> (condition, value)."""

owner_option = click.option("--owner", help="Only this owner's: name or id.")
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
    filters = owner_filter(owner) | equal_filter("tier", tier)
    show_list(
        home,
        table="marts.target_accounts",
        filters=filters,
        order=("rank", "account_id"),
        limit=limit,
        columns=TARGETS,
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
    filters = owner_filter(owner) | equal_filter("tier", tier)
    show_list(
        home,
        table="marts.lead_queue",
        filters=filters,
        order=("rank", "queue_item_id"),
        limit=limit,
        columns=QUEUE,
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
    order = ("cohort_on desc", "step")
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


def owner_filter(owner: str | None) -> Filters:
    """The condition on an owner, by name in any case or by id."""
    return {"owner": ("(lower(owner_name) = lower($owner) or owner_id = $owner)", owner)} if owner else {}


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
    as_json: bool,
    as_csv: bool,
) -> None:
    """The first rows of a published table; a person sees the columns that matter, a script sees all."""
    where = f"where {' and '.join(condition for condition, _ in filters.values())}" if filters else ""
    with published(home) as connection:
        kinds = query(connection, f"describe {table}").rows
        chosen = "*"
        if as_csv:
            from pipelines.publish.files import csv_column

            chosen = ", ".join(csv_column(row[0], row[1]) for row in kinds)
        statement = f"select {chosen} from {table} {where} order by {', '.join(order)} limit {limit}"
        rows = query(connection, statement, {name: value for name, (_, value) in filters.items()})
        [(as_of,)] = query(connection, "select as_of from config.as_of").rows
    if as_json:
        show_json(rows.records())
    elif as_csv:
        show_csv(rows)
    else:
        show_table(rows.only(columns), f"{table.split('.')[1].replace('_', ' ')} as of {as_of:%Y-%m-%d %H:%M} UTC")
