"""What the assets of a group share: owner, kinds, freshness. The values are settings, in `groups.yaml`."""

from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
import yaml

KINDS = {
    "raw": {"duckdb"},
    "raw_history": {"duckdb"},
    "quarantine": {"duckdb"},
    "ledger": {"duckdb"},
    "config": {"yaml", "duckdb"},
    "models": {"lightgbm", "mlflow"},
    "scores": {"lightgbm", "duckdb"},
    "published": {"parquet", "csv"},
}
SQL_KINDS = {"sql", "duckdb"}


@cache
def settings() -> dict[str, dict[str, Any]]:
    """The settings file beside this module."""
    text = Path(__file__).with_name("groups.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def owners(group: str) -> list[str]:
    """Who answers for the group."""
    owner = settings()["owners"].get(group)
    return [owner] if owner else []


def freshness(group: str) -> dg.FreshnessPolicy | None:
    """After how long the group is late; a warning comes after three quarters of that time."""
    hours = settings()["late_after_hours"].get(group)
    if hours is None:
        return None
    return dg.FreshnessPolicy.time_window(
        fail_window=timedelta(hours=hours), warn_window=timedelta(hours=hours * 3 / 4)
    )


def asset_spec(
    name: str,
    description: str,
    deps: frozenset[str] = frozenset(),
    code_version: str | None = None,
    kinds: set[str] | None = None,
) -> dg.AssetSpec:
    """The asset of a two-part table name: its key is [schema, table], its group the schema."""
    group = name.split(".", maxsplit=1)[0]
    return dg.AssetSpec(
        key=asset_key(name),
        deps=[asset_key(dependency) for dependency in sorted(deps)],
        description=description,
        group_name=group,
        owners=owners(group),
        kinds=KINDS.get(group, SQL_KINDS) if kinds is None else kinds,
        code_version=code_version,
        freshness_policy=freshness(group),
    )


def asset_key(name: str) -> dg.AssetKey:
    """`core.accounts` as a key."""
    return dg.AssetKey(name.split("."))
