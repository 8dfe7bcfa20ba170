"""`growth docs`: what the last run found about every rule, as Data Docs that need no network."""

from datetime import UTC, datetime
from pathlib import Path

import click

from pipelines.cli.options import home_option
from pipelines.errors import GrowthError
from pipelines.home import PROJECT_ROOT, Home

WAIT_SECONDS = 10.0
LAST = """
select run_id, max(coalesce(finished_at, started_at)) as at from meta.runs
where run_id in (select run_id from meta.rule_results) group by all order by at desc, run_id limit 1
"""
RESULTS = (
    "select object, rule_id, rows_failed, coalesce(rows_waiting, 0), sample from meta.rule_results where run_id = ?"
)


@click.command(epilog="Example: growth docs --out data_docs")
@home_option
@click.option("--out", type=click.Path(path_type=Path), help="The folder to write. [default: data_docs in the home]")
def docs(home: Home, out: Path | None) -> None:
    """Write Great Expectations Data Docs of the last run: every contract, every rule, what broke it."""
    from pipelines.contracts import load_contracts
    from pipelines.contracts.data_docs import Kept, write_docs
    from pipelines.lock import writer_lock
    from pipelines.warehouse import connect, quoted_name

    if not home.warehouse.exists():
        raise GrowthError(f"Nothing was run in {home.root} yet; run `growth run`, or name a folder with --home.")
    folder = out or home.root / "data_docs"
    if folder.is_file():
        raise GrowthError(f"{folder} is a file, no folder; name another one with --out.")
    contracts = load_contracts(PROJECT_ROOT / "data_contracts", home.contracts)
    with writer_lock(home.writer_lock, "", WAIT_SECONDS, lambda line: click.echo(line, err=True)):
        connection = connect(home)
        try:
            there = {f"{schema}.{table}" for schema, table in connection.execute(
                "select schema_name, table_name from duckdb_tables()").fetchall()}  # fmt: skip
            last = connection.execute(LAST).fetchall() if {"meta.runs", "meta.rule_results"} <= there else []
            if not last:
                raise GrowthError(f"No run in {home.root} got as far as judging rules; run `growth run` first.")
            [(run_id, at)] = last
            results = {
                (name, rule): Kept(failed, waiting, sample or "")
                for name, rule, failed, waiting, sample in connection.execute(RESULTS, [run_id]).fetchall()
            }
            rows = {
                contract.table: int(connection.execute(f"select count(*) from {named}").fetchall()[0][0])
                for contract in contracts
                if contract.table in there
                for named in [".".join(quoted_name(part) for part in contract.table.split("."))]
            }
        finally:
            connection.close()
    moment: datetime = at.replace(tzinfo=UTC)
    count = write_docs(folder, contracts, results, rows, (run_id, moment))
    click.echo(f"{count} contracts: {folder / 'index.html'}")
