"""Writing one version: every published table, the readers' database, the report, the manifest."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from pipelines.checkpoints import checkpoint
from pipelines.publish.files import PublishedTable, describe, write_table
from pipelines.publish.manifest import Manifest, file_entry, write_manifest
from pipelines.publish.reader import write_reader
from pipelines.publish.versions import begin_version, version_of

WriteReport = Callable[[duckdb.DuckDBPyConnection, Path, Manifest], None]
"""Writes the page at the path; the head of the manifest tells run and versions."""


@dataclass(frozen=True)
class Origin:
    """From what a version is made: the run, the clock's moment (naive UTC), the inputs, the contracts' versions."""

    run_id: str
    published_at: datetime
    fingerprint: str
    contracts: Mapping[str, str]


def write_version(
    connection: duckdb.DuckDBPyConnection,
    published: Path,
    keys: Mapping[str, Sequence[str]],
    origin: Origin,
    write_report: WriteReport,
) -> Path:
    """Write a version beside the published ones and return its folder; nobody sees it before the switch.

    `keys`: two-part name of each table to publish, and its key.
    """
    checkpoint(connection)
    as_of = read_as_of(connection)
    partial = begin_version(published, as_of)
    version = version_of(partial)
    tables = {}
    for name, key in sorted(keys.items()):
        table = describe(connection, name, tuple(key))
        rows = write_table(connection, table, partial, as_of)
        tables[name] = table_entry(partial, table, rows)
    reader = partial / "reader.duckdb"
    write_reader(connection, reader, origin.run_id, version, as_of)
    manifest = describe_version(version, as_of, origin, read_models(connection))
    report = partial / "report.html"
    write_report(connection, report, manifest)
    write_manifest(partial, manifest | {"tables": tables, "files": [file_entry(reader), file_entry(report)]})
    return partial


def describe_version(version: str, as_of: datetime, origin: Origin, models: Mapping[str, str | None]) -> Manifest:
    """The head of the manifest."""
    return {
        "version": version,
        "as_of": iso(as_of),
        "run_id": origin.run_id,
        "published_at": iso(origin.published_at),
        "input_fingerprint": origin.fingerprint,
        "contracts": dict(origin.contracts),
        "models": dict(models),
    }


def table_entry(folder: Path, table: PublishedTable, rows: int) -> dict[str, object]:
    """What the manifest says of a table."""
    paths = [folder / f"{table.file_stem}{suffix}" for suffix in (".csv", ".parquet", ".xlsx")]
    return {
        "rows": rows,
        "key": list(table.key),
        "columns": [{"name": name, "type": kind} for name, kind in table.columns],
        "files": [file_entry(path) for path in paths if path.exists()],
    }


def read_as_of(connection: duckdb.DuckDBPyConnection) -> datetime:
    """The moment as of which everything was counted (naive UTC)."""
    [(as_of,)] = connection.execute("select as_of from config.as_of").fetchall()
    if not isinstance(as_of, datetime):
        raise TypeError(f"config.as_of holds {as_of!r}, not a timestamp")
    return as_of


def read_models(connection: duckdb.DuckDBPyConnection) -> dict[str, str | None]:
    """The version of each model that had a say; none where points ranked."""
    found = connection.execute(
        "select table_name from duckdb_columns() where database_name = 'warehouse' and schema_name = 'marts'"
        " and table_name = 'model_health' and column_name = 'model_version'"
    ).fetchall()
    if not found:
        return {}
    rows = connection.execute("select model, max(model_version) from marts.model_health group by all order by all")
    return dict(rows.fetchall())


def iso(moment: datetime) -> str:
    """A naive UTC moment as text."""
    return moment.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z")
