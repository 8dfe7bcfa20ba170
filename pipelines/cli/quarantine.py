"""`growth quarantine`: the records that were refused, for people to look at, to take away, mend and bring back."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.intake import looking, writing
from pipelines.cli.options import Command, clock, home_option, json_option, limit_option, own_home_option
from pipelines.cli.published import query
from pipelines.cli.refused_record import show_record
from pipelines.cli.show import Rows, harmless, show_json, show_table
from pipelines.errors import GrowthError
from pipelines.home import Home

if TYPE_CHECKING:
    from pipelines.intake.workshop.mending import Outcome

SHOWN = 20
NEXT = "Run `growth run` to bring them into the lists."
HINT = (
    "A spreadsheet rewrites dates, long numbers and leading zeros as it opens a CSV (an .xlsx it leaves alone); cells "
    "that nobody complained of keep what they held.\nMend, save as CSV UTF-8, then: growth quarantine mend FILE.csv"
)


def filters(command: Command) -> Command:
    """The options that say which records."""
    for name in ("owner", "object", "rule", "file"):
        command = click.option(f"--{name}", help=f"Only this {name}; * stands for anything.")(command)
    return command


@click.group(invoke_without_command=True, epilog="Example: growth quarantine --by owner --object Lead")
@home_option
@click.option(
    "--by", type=click.Choice(["rule", "file", "object", "owner"]), default="rule", show_default=True, help="Count by."
)
@filters
@click.option("--records", is_flag=True, help="Each refused record with its reasons, not the counts.")
@limit_option
@json_option
@click.pass_context
def quarantine(
    context: click.Context,
    *,
    home: Home,
    by: str,
    file: str | None,
    rule: str | None,
    object: str | None,
    owner: str | None,
    records: bool,
    limit: int,
    as_json: bool,
) -> None:
    """The records that the contracts refused: what, where, why, since when, and who can mend them."""
    if context.invoked_subcommand:
        return
    from pipelines.intake.workshop import refused
    from pipelines.intake.workshop.refused import Filter

    which = Filter(file, rule, object, owner)
    with looking(home) as (connection, _, is_loaded):
        if not is_loaded:
            show_json([]) if as_json else click.echo("No record is in quarantine.")
            return
        statement = refused.records(which, limit) if records else refused.grouped(by, which, limit)
        rows, total = query(connection, *statement), query(connection, *refused.totals(which)).records()[0]
    if as_json:
        show_json(rows.records())
    elif not rows.rows:
        is_asked = which != Filter()
        click.echo("No record in quarantine fits." if is_asked else "No record is in quarantine.")
    else:
        essential = ["id", "file", "line", "reasons"] if records else [by, "object", "records", "example", "reason"]
        title = "Refused records" if records else f"Refused records by {by}"
        show_table(aged(rows), title, essential, "--json shows all")
        click.echo(summary(total, len(rows.rows), limit))


def aged(rows: Rows) -> Rows:
    """The rows with how many days ago each was first seen; a load's long id says nothing to a reader."""
    place, now = rows.columns.index("first_seen"), clock()
    dropped = [i for i, name in enumerate(rows.columns) if name == "first_load"]
    told = [name for name in rows.columns if name != "first_load"]
    told.insert(place + 1, "days")
    shown = []
    for row in rows.rows:
        cells = [value for i, value in enumerate(row) if i not in dropped]
        seen = row[place]
        cells[place] = seen.date() if seen else None
        cells.insert(place + 1, max((now - seen).days, 0) if seen else None)
        shown.append(cells)
    return Rows(tuple(told), shown)


def summary(total: dict[str, Any], shown: int, limit: int) -> str:
    """The line below a list."""
    since = f", the oldest first seen {str(total['first_seen'])[:10]}" if total["first_seen"] else ""
    counts = ", ".join(
        f"{total[name]:,} {name if total[name] != 1 else name.removesuffix('s')}"
        for name in ("files", "rules", "owners")
    )
    count = total["records"]
    more = " (--limit shows more)" if shown == limit else ""
    return (
        f"{count:,} record{'s' * (count != 1)} in quarantine: {counts}{since}{more}.\n"
        "Next: growth quarantine show ID, growth quarantine export --out FILE.csv"
    )


@quarantine.command(epilog="Example: growth quarantine show Lead.csv:12")
@click.argument("target", metavar="ID|FILE:LINE")
@click.option("--extracts", type=click.Path(path_type=Path), help="Where the extracts are.  [default: of the last run]")
@json_option
@own_home_option
def show(home: Home, target: str, extracts: Path | None, as_json: bool) -> None:
    """One record: every field, what is wrong with it, and its lines of the extract."""
    from pipelines.intake.workshop.refused import one_record

    with looking(home) as (connection, contracts, is_loaded):
        found = query(connection, *one_record(target)) if is_loaded else Rows((), [])
        if not found.rows:
            raise GrowthError(
                f"{target[:80]!r} is no record in quarantine; `growth quarantine --records` lists ids, files and lines."
            )
        show_record(connection, home, contracts, found, extracts, as_json=as_json)


@quarantine.command(epilog="Example: growth quarantine export --object Lead --out leads_to_mend.csv")
@filters
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="FILE.csv or FILE.xlsx.")
@own_home_option
def export(
    *,
    home: Home,
    file: str | None,
    rule: str | None,
    object: str | None,
    owner: str | None,
    out: Path,
) -> None:
    """Refused records as a spreadsheet to mend, one file per object.

    Each row begins with its id, file, line and reasons; leave these columns as they are. A cell that begins with an
    apostrophe before = + - @ is text that a program could take for a formula; the apostrophe is ours. A spreadsheet
    may rewrite dates (01/02), long ids and leading zeros as it opens a CSV: cells that nobody complained of keep what
    they held. In an .xlsx every cell is text; save it as CSV UTF-8 to bring it back. A record that could not be cut
    into fields stands in quarantine_text; fill in its columns.
    """
    from pipelines.intake.workshop import refused
    from pipelines.intake.workshop.to_mend import export as write_export

    which = refused.Filter(file, rule, object, owner)
    with looking(home) as (connection, _, is_loaded):
        if not is_loaded:
            raise GrowthError("No record is in quarantine; there is nothing to export.")
        written = write_export(connection, which, out, clock())
        waiting = query(connection, *refused.totals(which)).records()[0]["records"]
    for path, rows in written:
        click.echo(f"{path}: {rows:,} record{'s' * (rows != 1)} to mend")
    if twins := waiting - sum(rows for _, rows in written):
        words = "say the very same as others and leave" if twins != 1 else "says the very same as another and leaves"
        click.echo(f"{twins:,} more {words} quarantine with {'it' if twins == 1 else 'them'}.")
    click.echo(HINT, err=True)


@quarantine.command(epilog="Example: growth quarantine mend leads_to_mend.csv && growth run")
@click.argument("file", type=click.Path(path_type=Path, readable=False))
@json_option
@own_home_option
def mend(home: Home, file: Path, as_json: bool) -> None:
    """Take back an exported file that was mended: rows that pass the contracts leave quarantine and are loaded.

    The same file may be given again: rows that were taken before change nothing. Ends with 1 while any row of the file
    still breaks its contract, also when others passed and were loaded.
    """
    from pipelines.intake.workshop.mending import mend as mend_file

    with writing(home) as (connection, contracts):
        outcome = mend_file(connection, file, contracts, home.mended, f"mend-{uuid.uuid4()}", now=clock())
    if as_json:
        show_json({
            "object": outcome.object, "mended": outcome.mended, "loaded": outcome.loaded,
            "identical": outcome.identical, "superseded": outcome.superseded, "mended_before": outcome.before,
            "failing": [{"id": row_id, "reasons": reasons} for row_id, reasons in outcome.failing],
            "kept_cells": [list(cell) for cell in outcome.kept],
            "changed_cells": [list(cell) for cell in outcome.changed],
            "refusals_that_hold": [list(one) for one in outcome.refusals],
        })  # fmt: skip
    else:
        tell(outcome, file.name)
    if outcome.failing:
        raise click.exceptions.Exit(1)


@quarantine.command(epilog="Example: growth quarantine replay && growth run")
@json_option
@own_home_option
def replay(home: Home, as_json: bool) -> None:
    """Judge refused records anew under contracts that changed since, from the text that was kept of them.

    `growth run` does the same and also reads the extracts again; this shows at once what a changed rule lets in.
    """
    from pipelines.intake.workshop.mending import replay as replay_refused

    with writing(home) as (connection, contracts):
        judged, left = replay_refused(connection, contracts, f"replay-{uuid.uuid4()}", now=clock())
    if as_json:
        show_json({"judged": judged, "left": left})
    elif not judged:
        click.echo("No contract has changed since its refused records were judged; nothing to do.")
    else:
        click.echo(f"{judged:,} refused record{'s' * (judged != 1)} judged anew, {left:,} left quarantine. {NEXT}")


def tell(outcome: "Outcome", file: str) -> None:
    """What became of a mended file, the good news first."""
    if outcome.mended:
        newer = f"; of {outcome.superseded:,} a newer version was there, which stays" if outcome.superseded else ""
        same = f"; {outcome.identical:,} said what was loaded already" if outcome.identical else ""
        click.echo(
            f"{outcome.mended:,} mended record{'s' * (outcome.mended != 1)} of {outcome.object} taken{newer}{same}."
        )
    if outcome.before:
        click.echo(f"{outcome.before:,} had been mended before and stay as they are.")
    if outcome.failing:
        still = f"{len(outcome.failing):,} still break{'s' * (len(outcome.failing) == 1)} the contract and"
        click.echo(harmless(f"{still} stay{'s' * (len(outcome.failing) == 1)} (the lines are those of {file}):"))
        some(f"  {row_id}: {'; '.join(reasons)}" for row_id, reasons in outcome.failing)
    if outcome.kept:
        click.echo(f"{cells(outcome.kept)} only rewritten by a spreadsheet; what was there before was kept:")
        some(f"  {row_id}, {name}: {before!r}, not {after!r}" for row_id, name, before, after in outcome.kept)
    if outcome.changed:
        click.echo(f"{cells(outcome.changed)} changed of which nobody had complained:")
        some(
            f"  {row_id}, {name}: {before!r} was changed to {after!r}"
            for row_id, name, before, after in outcome.changed
        )
    for row_id, name in outcome.refusals:
        click.echo(f"  {row_id}, {name}: the refused record said no; that holds until a newer version says otherwise.")
    if outcome.mended:
        click.echo(NEXT)
    elif outcome.before and not outcome.failing:
        click.echo("Nothing changed.")


def cells(found: list[Any]) -> str:
    return f"{len(found):,} cell{'s were' if len(found) != 1 else ' was'}"


def some(lines: Iterator[str]) -> None:
    """The first lines, and how many more there are."""
    told = list(lines)
    for line in told[:SHOWN]:
        click.echo(harmless(line))
    if len(told) > SHOWN:
        click.echo(f"  and {len(told) - SHOWN:,} more")
