"""What the published lists said, kept as changes: `scores.history` for every unit, `scores.published_values` for the
head of each list.

What belongs here: what is kept, and its state at a past moment. Why something changed is `sql/scores/list_changes.sql`;
showing it is the command line's. A unit without a row at a moment stood as its last row before says; what it says of a
rank is the place that all of them add up to.
"""

from datetime import datetime

import duckdb

from pipelines.model_features import NO_FEATURES
from pipelines.warehouse import columns_of, transaction

KEPT = (
    "list_name", "unit_id", "item_id", "record_id", "cut", "lane_order", "lane", "probability", "fit_points",
    "engagement_points", "reasons", "tier", "score_source", "model_version",
)  # fmt: skip
"""What a change is a change of; a rank alone is none, since every unit above or below may cause it."""
COLUMNS = ", ".join(KEPT)
QUEUE = f"""
    select 'lead_queue' as list_name, person_id as unit_id, queue_item_id as item_id,
        coalesce(lead_id, contact_id) as record_id, null::varchar as cut,
        case when fast_lane then 0 else 1 end as lane_order,
        case when fast_lane then 'raised hand' else 'open lead' end as lane, probability, fit_points,
        engagement_points, coalesce(len(reasons), 0) as reasons, tier, score_source, model_version, rank
    from scores.queue_ranking
    union all
    select 'lead_queue', person_id, null, null, cut, {", ".join(["null"] * 10)} from scores.cuts
"""
TARGETS = """
    select 'target_accounts', ranking.account_id, ranking.account_id, ranking.account_id, null, orders.list_order,
        accounts.relationship, ranking.fit_probability, ranking.fit_points, ranking.engagement_score,
        coalesce(len(ranking.reasons), 0), ranking.tier, ranking.score_source, ranking.model_version, ranking.rank
    from scores.target_ranking as ranking
    inner join core.accounts as accounts on ranking.account_id = accounts.account_id
    inner join config.relationship_order as orders on accounts.relationship = orders.relationship
"""
GONE = f"""
    select before.list_name, before.unit_id, null, null,
        case
            when survivors.survivor_id is not null then 'merged into ' || survivors.survivor_id
            when before.list_name = 'lead_queue' then 'no open lead and no raised hand'
            else 'no longer ranked: deleted, a person account, or below the level that the playbook ranks'
        end, {", ".join(["null"] * 10)}
    from before
    left join core.survivors as survivors on before.record_id = survivors.record_id
    where not exists (select 1 from today where (today.list_name, today.unit_id) = (before.list_name, before.unit_id))
        and (before.cut is null or before.list_name = 'target_accounts')
"""
VALUES = {
    "lead_queue": ("person_id", "lead_id", "lead_conversion", "scores.queue_ranking"),
    "target_accounts": ("account_id", "account_id", "account_fit", "scores.target_ranking"),
}
"""Per list: what names its units, the unit of its model, the model, the ranking."""
SHOWN = {
    "lead_queue": ("queue_reason", "step", "reasons", "last_touches", "owner_id", "change_reason"),
    "target_accounts": ("relationship", "fit_score", "fit_lift", "segment", "next_action", "reasons", "owner_id",
                        "change_reason"),
}  # fmt: skip
"""What people read on a list beside the score; names, addresses and numbers of people are not kept."""
LISTS = ("reasons", "last_touches")


def state_at(moment: str) -> str:
    """SQL for the rows of `scores.history` that held at a moment (an SQL expression)."""
    return (
        f"select {COLUMNS}, as_of, rank from scores.history where as_of <= {moment}"
        " qualify row_number() over (partition by list_name, unit_id order by as_of desc) = 1"
    )


def remember(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """Keep what the lists of this moment changed, in place of what was kept of the same moment; one transaction.

    A moment before others that were published leaves those as they were: what they had in common with the moment
    before them is written out where it no longer is. A project that ranks nobody has nothing to keep.
    """
    if not all(columns_of(connection, ranking) for *_, ranking in VALUES.values()):
        return
    later = connection.execute("select min(as_of) from scores.published_moments where as_of > ?", [as_of]).fetchall()
    with transaction(connection):
        if later[0][0] is not None:
            connection.execute(f"create or replace temp table later as {state_at('?')}", [later[0][0]])
        for name in ("history", "published_moments", "published_values"):
            connection.execute(f"delete from warehouse.scores.{name} where as_of = ?", [as_of])
        connection.execute(f"create or replace temp table before as {state_at('?')}", [as_of])
        connection.execute(f"create or replace temp table today as {QUEUE} union all {TARGETS}")
        connection.execute(f"insert into today {GONE}")
        insert = f"insert into warehouse.scores.history ({COLUMNS}, rank, as_of)"
        changed = f"(select {COLUMNS} from today except select {COLUMNS} from before)"
        connection.execute(
            f"{insert} select {prefixed('today')}, today.rank, ? from today semi join {changed} as changed"
            " on today.list_name = changed.list_name and today.unit_id = changed.unit_id order by all",
            [as_of],
        )
        if later[0][0] is not None:
            connection.execute(
                f"{insert} select {COLUMNS}, rank, ? from later anti join"
                " (select list_name, unit_id, as_of from scores.history) as told"
                " on later.list_name = told.list_name and later.unit_id = told.unit_id and told.as_of = ?",
                [later[0][0], later[0][0]],
            )
        connection.execute(
            "insert into warehouse.scores.published_moments"
            " select ?, list_sort(list(sentence)) from scores.model_status",
            [as_of],
        )
        for name in VALUES:
            remember_values(connection, name, as_of)
        forget(connection, as_of)
    connection.execute("drop table if exists temp.later; drop table temp.before; drop table temp.today")


def remember_values(connection: duckdb.DuckDBPyConnection, name: str, as_of: datetime) -> None:
    """Keep the changed values of a list's head: what people read there, and the features behind the score."""
    unit, model_unit, model, ranking = VALUES[name]
    [(limit,)] = connection.execute("select history_values_of_first from config.targets").fetchall()
    key = "queue_item_id" if name == "lead_queue" else "account_id"
    head = f"(select {unit} as unit_id, {key}, {model_unit} as model_unit from {ranking} where rank <= {limit})"
    shown = ", ".join(
        f"cast({f'to_json(list.{column})' if column in LISTS else f'list.{column}'} as varchar) as {column}"
        for column in SHOWN[name]
    )
    connection.execute(
        f"create or replace temp table told as unpivot (select head.unit_id, {shown} from marts.{name} as list"
        f" inner join {head} as head using ({key})) on columns(* exclude unit_id) into name name value value"
    )
    columns = [row[0] for row in connection.execute(f"describe features.{model}").fetchall()]
    features = ", ".join(
        f'cast(f."{column}" as varchar) as "feature {column}"'
        for column in columns
        if column not in (*NO_FEATURES, f"{model_unit}")
    )
    connection.execute(
        f"insert into told unpivot (select head.unit_id, {features} from features.{model} as f inner join {head} as"
        f" head on f.{model_unit} = head.model_unit where f.purpose = 'score') on columns(* exclude unit_id)"
        " into name name value value"
    )
    held = (
        "select unit_id, name, value from scores.published_values where list_name = ? and as_of <= ?"
        " qualify row_number() over (partition by unit_id, name order by as_of desc) = 1"
    )
    connection.execute(
        f"insert into warehouse.scores.published_values with held as ({held}), gone as ("
        " select held.unit_id, held.name, null::varchar as value from held semi join told using (unit_id)"
        " anti join told as still on held.unit_id = still.unit_id and held.name = still.name"
        " where held.value is not null)"
        " select ?, unit_id, ?, name, value from ((select unit_id, name, value from told except from held)"
        " union all from gone) order by all",
        [name, as_of, name, as_of],
    )
    connection.execute("drop table temp.told")


def forget(connection: duckdb.DuckDBPyConnection, as_of: datetime) -> None:
    """Drop what was said longer ago than the playbook keeps, and said otherwise since."""
    for name, key in (("history", "list_name, unit_id"), ("published_values", "list_name, unit_id, name")):
        connection.execute(
            f"delete from warehouse.scores.{name} where rowid in (select rowid from (select rowid,"
            f" lead(as_of) over (partition by {key} order by as_of) as said_otherwise_at from warehouse.scores.{name})"
            " where said_otherwise_at < add_days(?, -(select history_days from config.targets)))",
            [as_of],
        )


def prefixed(table: str) -> str:
    """The kept columns of a table, each with its name before it."""
    return ", ".join(f"{table}.{name}" for name in KEPT)
