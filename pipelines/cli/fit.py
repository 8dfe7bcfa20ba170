"""`growth fit`: audit, fit and score any flat table with an outcome."""

from pathlib import Path
from typing import Any

import click

from pipelines.cli.options import json_option
from pipelines.cli.show import harmless, show_json
from pipelines.errors import GrowthError

FILE = click.Path(path_type=Path)


@click.command(epilog="Example: growth fit leads.csv --label Converted --id 'Lead Number' --time Created")
@click.argument("file", type=FILE)
@click.option("--label", required=True, metavar="COL", help="The column with the outcome.")
@click.option(
    "--positive", metavar="VALUE", help="The value that is the outcome.  [default: yes, true, 1, else the rarer]"
)
@click.option(
    "--id", "identifier", required=True, metavar="COL", help="The column that names a row; never learned from."
)
@click.option("--time", metavar="COL", help="A column that orders the rows: the last ones are the test.")
@click.option("--group", metavar="COL", help="Rows with the same value stay together, such as people of a company.")
@click.option(
    "--test-share", type=click.FloatRange(0.05, 0.5), default=0.2, show_default=True, help="Of the rows, with --time."
)
@click.option("--known-at", type=FILE, metavar="FILE", help="YAML: column: at_creation | tracked | outcome.")
@click.option("--exclude", multiple=True, metavar="COL", help="Do not learn from this column; again for more.")
@click.option("--allow", multiple=True, metavar="COL", help="Learn from a protected or suspected column; is recorded.")
@click.option("--score", type=FILE, metavar="FILE2", help="Score the rows of this file, not those of FILE.")
@click.option("--top", type=click.IntRange(min=1), metavar="N", help="Write the N best rows only.")
@click.option("--out", type=FILE, metavar="DIR", help="Where to write.  [default: FILE's name with _fit]")
@json_option
@click.pass_context
def fit(
    context: click.Context,
    /,
    *,
    file: Path,
    out: Path | None,
    score: Path | None,
    top: int | None,
    as_json: bool,
    **asked: Any,
) -> None:
    """Audit FILE (CSV or Parquet), let models compete on it, and rank its rows.

    Exit code 0 when the scores are usable; 1 when they are not, with what to do.
    """
    from models.errors import ModelError
    from pipelines.flat.answer import answer
    from pipelines.flat.question import Question
    from pipelines.flat.write import lines, write_answer

    folder = out or Path(f"{file.name.split('.')[0]}_fit")
    try:
        found = answer(Question(file, **asked), score, top)
    except ModelError as error:
        raise GrowthError(f"{file}: {error}") from error
    facts = write_answer(found, folder)
    if as_json:
        show_json(facts)
    else:
        click.echo("\n".join(map(harmless, lines(found, folder))))
    click.echo(found.advice, err=True)
    context.exit(0 if found.outcome.verdict == "usable" else 1)
