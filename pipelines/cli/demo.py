"""`growth demo`: a simulated company's export, and the truth behind it."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import click

from pipelines.cli.options import home_option, json_option
from pipelines.cli.run import FOLDER
from pipelines.cli.show import show_json
from pipelines.home import Home

EXAMPLES = """\b
Examples:
  growth demo --accounts 5000 --seed 7 --out growth_home/extracts
  growth demo --world my_world.yaml --truth truth --out extracts
  growth demo --accounts 200000 --events 20000000 --out big
  growth demo --accounts 500 --increments 7 --out days
"""


@click.command(epilog=EXAMPLES)
@home_option
@click.option(
    "--world",
    default="saas",
    show_default=True,
    metavar="NAME_OR_FILE",
    help="A world that ships with the engine, or your own YAML file, such as my_world.yaml.",
)
@click.option(
    "--accounts",
    type=click.IntRange(min=1),
    help="Rows of the Account object, such as 5000.  [default: as the world says]",
)
@click.option(
    "--events",
    type=click.IntRange(min=1),
    help="Page views, forms and mail events together, about, such as 2000000: by more or fewer strangers and robots.  "
    "[default: as many as the world brings]",
)
@click.option("--seed", type=click.IntRange(min=0), default=7, show_default=True, help="Another seed, another company.")
@click.option(
    "--until",
    type=click.DateTime(["%Y-%m-%d"]),
    default="2026-06-30",
    show_default=True,
    help="The last day of the history (UTC).",
)
@click.option(
    "--increments",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Daily extracts after a full one, each in a folder named by its day: with 7 and --until 2026-06-30 the full "
    "one is 2026-06-23.",
)
@click.option(
    "--truth",
    type=FOLDER,
    help="A folder apart for what only the simulation knows, such as truth; README.md tells its tables.  "
    "[default: not written]",
)
@click.option("--out", type=FOLDER, help="The folder to write to, such as extracts.  [default: HOME/extracts]")
@json_option
def demo(
    *,
    home: Home,
    world: str,
    accounts: int | None,
    events: int | None,
    seed: int,
    until: datetime,
    increments: int,
    truth: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Write the export files of a simulated company."""
    from pipelines.demo import write_company

    if out is None:
        home.create()
    report = write_company(
        out or home.extracts,
        accounts,
        seed,
        until.date(),
        lambda line: click.echo(line, err=True),
        world=world,
        events=events,
        increments=increments,
        truth=truth,
    )
    if as_json:
        files, planted = ([asdict(one) for one in many] for many in (report.files, report.planted))
        show_json({"folder": str(report.folder), "rows": report.rows, "files": files, "planted": planted})
    apart = f", and the truth to {truth}" if truth else ""
    click.echo(f"Wrote {report.rows:,} rows in {len(report.files)} files to {report.folder}{apart}.", err=True)
