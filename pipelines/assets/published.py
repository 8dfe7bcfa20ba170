"""The way out as assets: a version is written and checked beside the published ones, then switched to."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import dagster as dg
import duckdb

from pipelines.assets.groups import asset_key, asset_spec
from pipelines.contracts import Contract
from pipelines.engine import Engine
from pipelines.history import close_run
from pipelines.publish.manifest import Manifest, note_verdict
from pipelines.publish.report import ReportContext, write_report
from pipelines.publish.suppression import suppressed_rows
from pipelines.publish.versions import VERDICT, drop_partial, find_partial, switch
from pipelines.publish.write import Origin, read_as_of, write_version
from pipelines.scoring.history import remember
from pipelines.tables.files import TableFile

WRITTEN = "published.files"
LATEST = "published.latest"


def published_assets(
    tables: Mapping[str, TableFile], contracts: Mapping[str, Contract], deps: frozenset[str]
) -> list[dg.AssetsDefinition]:
    """Two steps, so that the check over the written files stands between writing and switching.

    `tables`: those to publish, by name; `contracts`: contracts by table; `deps`: what must be whole before.
    """
    check = dg.AssetCheckSpec(
        VERDICT,
        asset=asset_key(WRITTEN),
        blocking=True,
        description="No written list names anybody whom the house must not approach.",
    )
    keys = {name: table.key for name, table in tables.items()}
    versions = {name: contract.version for name, contract in sorted(contracts.items())}
    files = "One file per published table and format, the readers' database, the report and the manifest."

    @dg.multi_asset(name="published_files", specs=[asset_spec(WRITTEN, files, deps)], check_specs=[check])
    def written(engine: dg.ResourceParam[Engine]) -> Iterator[dg.MaterializeResult[None]]:
        engine.say("published: files")
        origin = Origin(engine.run_id, engine.clock(), engine.fingerprint, versions)
        partial = write_version(engine.connection, engine.home.published, keys, origin, report)
        found = suppressed_rows(engine.connection, partial)
        is_clean = not any(found.values())
        if is_clean:
            note_verdict(partial, VERDICT, is_passed=True)
        else:
            drop_partial(partial)
        verdict = dg.AssetCheckResult(
            check_name=VERDICT,
            passed=is_clean,
            description="; ".join(f"{name}: {rows} rows" for name, rows in found.items() if rows),
            metadata={f"rows in {name}": rows for name, rows in found.items()},
        )
        yield dg.MaterializeResult(check_results=[verdict], metadata={"folder": str(partial)})

    latest_spec = asset_spec(LATEST, "The version that people read now.", frozenset({WRITTEN}))

    @dg.multi_asset(name="published_latest", specs=[latest_spec])
    def latest(engine: dg.ResourceParam[Engine]) -> Iterator[dg.MaterializeResult[None]]:
        engine.say("published: latest")
        partial = find_partial(engine.home.published, engine.run_id)
        as_of = read_as_of(engine.connection)
        remember(engine.connection, as_of)  # before the switch: a kill in between loses no list that people have seen
        version = switch(partial)
        close_run(engine.connection, engine.run_id, "published", "", ended=engine.clock(), version=version, as_of=as_of)
        yield dg.MaterializeResult(metadata={"version": version})

    return [written, latest]


def report(connection: duckdb.DuckDBPyConnection, path: Path, manifest: Manifest) -> None:
    """The page that goes out by mail, with the versions that took part."""
    versions = {"data": manifest["version"], **manifest["contracts"], **manifest["models"]}
    told = tuple((name, str(version)) for name, version in versions.items() if version)
    write_report(connection, path, ReportContext(run_id=manifest["run_id"], versions=told))
