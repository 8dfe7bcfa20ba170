"""`growth demo` and `growth run`: a simulated company's export, and the way from an export to published lists."""

from datetime import datetime
from pathlib import Path

import click

from pipelines.cli.options import MomentType, clock, home_option, json_option
from pipelines.cli.progress import progress
from pipelines.cli.show import show_json
from pipelines.home import Home


@click.command(epilog="Example: growth demo --accounts 5000 --seed 7 --out growth_home/extracts")
@home_option
@click.option("--accounts", type=click.IntRange(min=1), default=5000, show_default=True)
@click.option("--seed", type=int, default=7, show_default=True)
@click.option("--out", type=click.Path(path_type=Path), help="The folder to write to.  [default: HOME/extracts]")
def demo(home: Home, accounts: int, seed: int, out: Path | None) -> None:
    """Write the export files of a simulated company."""
    from pipelines.demo import write_company

    if out is None:
        home.create()
    folder = out or home.extracts
    report = write_company(folder, accounts=accounts, seed=seed, progress=lambda line: click.echo(line, err=True))
    click.echo(f"Wrote {report.rows:,} rows in {len(report.files)} files to {folder}.", err=True)


@click.command(epilog="Example: growth run --extracts exports/2026-06-30 --as-of 2026-06-30")
@home_option
@click.option(
    "--extracts", type=click.Path(path_type=Path), help="The folder of export files.  [default: HOME/extracts]"
)
@click.option("--as-of", type=MomentType(), help="Count as of this moment.  [default: the latest the data knows]")
@click.option("--playbook", type=click.Path(path_type=Path), help="Your own playbook folder.")
@click.option("--wait", type=click.FloatRange(min=0), help="Seconds to wait for another writer.  [default: no limit]")
@click.option("--verbose", is_flag=True, help="Show Dagster's log and where an error arose.")
@json_option
def run(
    *,
    home: Home,
    extracts: Path | None,
    as_of: datetime | None,
    playbook: Path | None,
    wait: float | None,
    verbose: bool,
    as_json: bool,
) -> None:
    """Take extracts to published lists; does nothing when nothing changed."""
    from pipelines.engine import PLAYBOOK, Request
    from pipelines.run import run as run_engine

    folder = (extracts or home.extracts).absolute()
    request = Request(home, folder, (playbook or PLAYBOOK).absolute(), as_of, wait)
    with progress() as say:
        outcome = run_engine(request, clock, say, verbose)
    if as_json:
        show_json({"version": outcome.version, "is_new": outcome.is_new, "run_id": outcome.run_id})
    elif outcome.is_new:
        click.echo(f"Published {outcome.version}: {home.latest}", err=True)
    else:
        click.echo(f"Nothing changed since {outcome.version} was published: {home.latest}", err=True)
