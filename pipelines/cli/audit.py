"""What was published of a person or account on a past day, from what was kept of that day; and how that changed.

What belongs here: reading `scores.history`, `scores.published_moments`, `scores.published_values`. Nothing here is
computed with what became known later. What is kept, and how, is `pipelines/scoring/history.py`.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.cli.published import has_table, query
from pipelines.errors import GrowthError
from pipelines.home import Home

if TYPE_CHECKING:
    import duckdb

    from pipelines.cli.people import Subject

FEATURE = "feature "
TREND = 10
STANDING = (
    "tier", "score_source", "probability", "fit_points", "engagement_points", "lane", "model_version", "record_id",
)  # fmt: skip
STATE = """
    select * from scores.history where list_name = $list and as_of <= $moment
    qualify row_number() over (partition by unit_id order by as_of desc) = 1
"""
PLACE = f"""
    select unit_id, row_number() over (
        order by lane_order, probability desc nulls last, fit_points + engagement_points desc, item_id
    ) as rank
    from ({STATE}) where cut is null
"""
"""The place on the list: that of a unit which did not change moved with the others."""
VALUES = """
    select name, value from scores.published_values where list_name = $list and unit_id = $unit and as_of <= $moment
    qualify row_number() over (partition by name order by as_of desc) = 1
    order by name
"""
NEVER = {
    "lead_queue": "no lead of this person and no raised hand were known then",
    "target_accounts": "this account was not among the ranked ones then",
}


def moment_on(connection: "duckdb.DuckDBPyConnection", home: Home, on: datetime) -> datetime:
    """The newest moment up to `on` as of which lists were published. GrowthError for a day before the first of them."""
    from pipelines.publish.versions import versions

    [(latest,)] = query(connection, "select as_of from config.as_of").rows
    told = query(connection, "select as_of from scores.published_moments").rows if is_kept(connection) else []
    whole = [datetime.strptime(folder.name[:15], "%Y%m%dT%H%M%S") for folder in versions(home.published)]  # noqa: DTZ007 UTC
    exact = {latest, *(moment for (moment,) in told)}
    seconds = {moment.replace(microsecond=0) for moment in exact}
    moments: list[datetime] = sorted(exact | {moment for moment in whole if moment not in seconds})
    before = [moment for moment in moments if moment <= on]
    if not before:
        raise GrowthError(
            f"No version of {on:%Y-%m-%d} or before was published; the first one is as of {moments[0]:%Y-%m-%d %H:%M}."
        )
    return before[-1]


def models_of(connection: "duckdb.DuckDBPyConnection") -> list[str]:
    """What stands behind the models of a version, in sentences."""
    if not has_table(connection, "scores.model_status"):
        return []
    return [row[0] for row in query(connection, "select sentence from scores.model_status order by sentence").rows]


def is_kept(connection: "duckdb.DuckDBPyConnection") -> bool:
    """Whether this version was made by an engine that keeps what it published."""
    return has_table(connection, "scores.published_moments")


def folder_of(home: Home, moment: datetime) -> Path | None:
    """The newest version of this moment that is still there as a whole."""
    from pipelines.publish.versions import versions

    found = [folder for folder in versions(home.published) if folder.name.startswith(f"{moment:%Y%m%dT%H%M%SZ}-")]
    return found[-1] if found else None


def as_it_was(connection: "duckdb.DuckDBPyConnection", subject: "Subject", moment: datetime) -> dict[str, Any]:
    """The subject's standing in the list of a past moment, or why it was in none, with the values that were kept."""
    list_name = "target_accounts" if subject.person_id is None else "lead_queue"
    answer: dict[str, Any] = {"id": subject.record_id, "name": subject.name, "kind": subject.kind}
    answer |= {"standing": {}, "features": {}}
    if subject.kind == "opportunity":
        return answer | {"not_listed_because": "of opportunities no more than the last published versions are kept"}
    [(models,)] = query(connection, "select models from scores.published_moments where as_of = ?", [moment]).rows
    answer["models"] = models
    found = [row for row in history(connection, subject) if row["as_of"] <= moment]
    if not found:
        return answer | {"not_listed_because": NEVER[list_name]}
    row = found[0]
    if row["cut"] is not None:
        return answer | {"not_listed_because": row["cut"], "out_since": row["as_of"]}
    names = {"list": list_name, "moment": moment, "unit": row["unit_id"]}
    [(rank,)] = query(connection, f"select rank from ({PLACE}) where unit_id = $unit", names).rows
    values: dict[str, str | None] = {str(name): value for name, value in query(connection, VALUES, names).rows}
    [(head,)] = query(connection, "select history_values_of_first from config.targets").rows
    if rank > head:
        values = {}
        answer["not_kept"] = f"reasons and feature values are kept of the first {head:,} of each list"
    told = {name: readable(name, value) for name, value in values.items() if not name.startswith(FEATURE)}
    answer["standing"] = {"rank": rank} | {name: row[name] for name in STANDING} | told | {"scored_at": moment}
    answer["features"] = {
        name.removeprefix(FEATURE): value for name, value in values.items() if name.startswith(FEATURE)
    }
    return answer


def readable(name: str, value: str | None) -> object:
    """A value as it was published: lists are kept as JSON."""
    return json.loads(value) if value is not None and name in ("reasons", "last_touches") else value


def history(connection: "duckdb.DuckDBPyConnection", subject: "Subject") -> list[dict[str, Any]]:
    """Every change that was published of the subject, the newest first; under any record's id that it had then."""
    if not is_kept(connection):
        return []
    statement = (
        "select * from scores.history where list_name = ? and list_contains(?, unit_id)"
        " order by as_of desc, cut nulls first"
    )
    ids = [subject.record_id]
    if subject.person_id is not None:
        records = query(
            connection, "select record_id from core.person_records where person_id = ?", [subject.person_id]
        )
        ids = sorted({subject.person_id, subject.record_id, *(row[0] for row in records.rows)})
    list_name = "target_accounts" if subject.person_id is None else "lead_queue"
    found = query(connection, statement, [list_name, ids])
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def trend(
    connection: "duckdb.DuckDBPyConnection", subject: "Subject", until: datetime | None = None
) -> list[dict[str, Any]]:
    """The last changes up to a moment: when, where it stood then, on what, or why it was out."""
    names = ("as_of", "rank", "tier", "probability", "fit_points", "engagement_points", "model_version", "cut")
    rows = [row for row in history(connection, subject) if until is None or row["as_of"] <= until]
    return [{name: row[name] for name in names} for row in rows[:TREND]]
