"""`growth run`: the way from an export to published lists."""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

import click

from pipelines.cli.account import NEWEST_LOAD, read_account
from pipelines.cli.options import MomentType, clock, home_option, json_option
from pipelines.cli.progress import progress
from pipelines.cli.published import has_table, published, query
from pipelines.cli.show import show_json
from pipelines.home import Home

FOLDER = click.Path(readable=False, path_type=Path)
"""Whether a folder lets itself be read is told by who reads it, in a sentence of its own."""

COUNTS = f"""
select
    coalesce(sum(rows_loaded), 0), coalesce(sum(rows_identical), 0), coalesce(sum(rows_quarantined), 0)
from meta.balance
where run_id = {NEWEST_LOAD}
"""
WARNINGS = f"""
select message from meta.reports
where kind in ('suspicious', 'ignored', 'unlisted') and run_id = {NEWEST_LOAD}
order by kind = 'suspicious' desc, kind, message
"""
"""What is odd about the extracts first, then the files that nobody described."""
SHOWN = 5
SENTENCES = "select sentence from scores.model_status order by model"


@click.command(epilog="Example: growth run --extracts exports/2026-06-30 --as-of 2026-06-30")
@home_option
@click.option("--extracts", type=FOLDER, help="The folder of export files.  [default: HOME/extracts]")
@click.option("--as-of", type=MomentType(), help="Count as of this moment.  [default: the latest the data knows]")
@click.option("--playbook", type=FOLDER, help="Your own playbook folder.")
@click.option("--train", is_flag=True, help="Fit the models anew, due or not, changed or not.")
@click.option("--wait", type=click.FloatRange(min=0), help="Seconds to wait for another writer.  [default: no limit]")
@click.option("--verbose", is_flag=True, help="Show Dagster's log and where an error arose.")
@json_option
def run(
    *,
    home: Home,
    extracts: Path | None,
    as_of: datetime | None,
    playbook: Path | None,
    train: bool,
    wait: float | None,
    verbose: bool,
    as_json: bool,
) -> None:
    """Take extracts to published lists; does nothing when nothing changed."""
    from pipelines.engine import PLAYBOOK, Request
    from pipelines.run import run as run_engine

    folder = (extracts or home.extracts).absolute()
    request = Request(home, folder, (playbook or PLAYBOOK).absolute(), as_of, wait, train)
    with progress() as say:
        outcome = run_engine(request, clock, say, verbose)
    found = look(home)
    if as_json:
        show_json({"version": outcome.version, "is_new": outcome.is_new, "run_id": outcome.run_id} | asdict(found))
        return
    if outcome.is_new:
        click.echo(f"Published {outcome.version}: {home.latest}", err=True)
    else:
        click.echo(f"Nothing changed since {outcome.version} was published: {home.latest}", err=True)
    click.echo("\n".join(found.lines()))


@dataclass(frozen=True)
class Published:
    """What a run tells at its end: the page to open, the records behind it, what is known of each model."""

    report: str
    rows_loaded: int
    rows_identical: int
    rows_quarantined: int
    models: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    balance: str = ""
    last_refused: str = ""

    def lines(self) -> list[str]:
        """The same to read."""
        loaded = f"{self.rows_loaded:,} rows loaded, {self.rows_identical:,} known already"
        refused = f"{self.rows_quarantined:,} in quarantine" + (" (growth quarantine)" if self.rows_quarantined else "")
        models = [f"Model: {sentence}." for sentence in self.models]
        more = [f"... and {len(self.warnings) - SHOWN} more (--json has all)."] if len(self.warnings) > SHOWN else []
        warnings = [f"Look at this: {message}" for message in self.warnings[:SHOWN]] + more
        balance = [f"Balance: {self.balance}."] if self.balance else []
        balance += [f"Last refused load: {self.last_refused}"] if self.last_refused else []
        return [f"Rows: {loaded}, {refused}.", *balance, *warnings, *models, f"Open: {self.report}"]


def look(home: Home) -> Published:
    """Read it from what is published; the counts are those of the load behind it."""
    with published(home) as connection:
        [counts] = query(connection, COUNTS).rows if has_table(connection, "meta.balance") else [(0, 0, 0)]
        models = query(connection, SENTENCES).rows if has_table(connection, "scores.model_status") else []
        account = read_account(connection)
        told = query(connection, WARNINGS).rows if has_table(connection, "meta.reports") else []
    warnings = tuple(str(message) for (message,) in told)
    sentences = tuple(str(sentence).rstrip(".") for (sentence,) in models)
    loaded, identical, quarantined = map(int, counts)
    balance, refused = (account.balance(), account.refused) if account else ("", "")
    report = str(home.latest / "report.html")
    return Published(report, loaded, identical, quarantined, sentences, warnings, balance, refused)
