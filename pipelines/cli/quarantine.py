"""`growth quarantine`: which records were refused, file by file and rule by rule."""

import click

from pipelines.cli.options import home_option, json_option, limit_option
from pipelines.cli.published import has_table, query
from pipelines.cli.show import Rows, show_json, show_table
from pipelines.errors import GrowthError
from pipelines.home import Home

WAIT_SECONDS = 10.0
SUMMARY = """
select source, object, file, rule, count(*) as records, min(line) as first_line, max(line_end) as last_line
from (select source, object, file, line, line_end, unnest(violated_rules) as rule from quarantine.rows)
group by all
order by source, object, file, rule
"""
RECORDS = "select object, file, line, line_end, reasons, record from quarantine.rows order by file, line limit {limit}"


@click.command(epilog="Example: growth quarantine --records --limit 5")
@home_option
@click.option("--records", is_flag=True, help="Each refused record with its reasons, not the counts.")
@limit_option
@json_option
def quarantine(home: Home, records: bool, limit: int, as_json: bool) -> None:
    """The records that the contracts refused: file, line, rule."""
    rows = refused(home, RECORDS.format(limit=limit) if records else SUMMARY)
    if as_json:
        show_json(rows.records())
    elif rows.rows:
        show_table(rows, "Refused records")
    else:
        click.echo("No record is in quarantine.")


def refused(home: Home, statement: str) -> Rows:
    """Rows of the intake database, read while no writer is at work."""
    import duckdb

    from pipelines.lock import writer_lock

    if not home.intake.exists():
        raise GrowthError(f"Nothing was loaded into {home.root} yet; run `growth run`, or name a folder with --home.")
    with writer_lock(home.writer_lock, "", WAIT_SECONDS, lambda line: click.echo(line, err=True)):
        connection = duckdb.connect(str(home.intake), read_only=True)
        try:
            # A first run that failed before it loaded anything leaves a file without tables.
            return query(connection, statement) if has_table(connection, "quarantine.rows") else Rows((), [])
        finally:
            connection.close()
