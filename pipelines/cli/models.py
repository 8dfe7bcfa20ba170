"""`growth models`: which versions there are, who speaks and why; compare, promote, go back.

What does not belong here: the rules (`models/release.py`) and what a choice does (`pipelines/scoring/chosen.py`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

from pipelines.cli.intake import WAIT_SECONDS
from pipelines.cli.options import clock, home_option, json_option, own_home_option
from pipelines.cli.published import has_table, published, query
from pipelines.cli.show import Rows, harmless, show_json, show_table
from pipelines.errors import GrowthError
from pipelines.home import Home

if TYPE_CHECKING:
    import duckdb

    from pipelines.registered import Registered
    from pipelines.releases import Release
    from pipelines.scoring.side_by_side import SideBySide

HEALTH = """
select model, model_version, slice, metric, value, low, high, n, split, verdict
from marts.model_health
where $all or slice = 'all'
order by model, model_version, slice, metric
"""
SENTENCES = "select model, sentence from scores.model_status order by model"
MEASURES = ("auc", "auc_low", "auc_high", "log_loss", "ece", "ece_expected")
COUNTS = ("training_units_positive", "training_units_negative", "test_landmarks")
NOT_SHOWN = ("releases", "decided_at", "auc_low", "auc_high")
ESSENTIAL = ("model", "version", "alias", "auc", "why")
NEXT = "Run `growth run` to score with it."


@click.group(invoke_without_command=True, epilog="Example: growth models --json")
@home_option
@json_option
@click.pass_context
def models(context: click.Context, home: Home, as_json: bool) -> None:
    """Every version of each model with its measures, who is champion, and by which decision."""
    if context.invoked_subcommand:
        return
    found = listed(home)
    if as_json:
        show_json(found)
        return
    shown = [name for name in (found[0] if found else ()) if name not in NOT_SHOWN]
    rows = Rows(tuple(shown), [[record[name] for name in shown] for record in found])
    show_table(rows, "Models and who speaks", ESSENTIAL, "--json shows all")


def listed(home: Home) -> list[dict[str, Any]]:
    """One record per version, the newest first; one for a model of which there is none yet, with what it says."""
    from pipelines.registered import registered_models, versions
    from pipelines.releases import holding, read_releases

    records = []
    names = registered_models(home)
    for model in names:
        releases = read_releases(home, model)
        for version in reversed(versions(home, model)):
            held = holding(releases, version.version) if "champion" in version.aliases else None
            records.append(described(version, [one for one in releases if one.model_version == version.version], held))
    if not names or (home.latest / "reader.duckdb").exists():
        with published(home) as connection:
            told = query(connection, SENTENCES).rows if has_table(connection, "scores.model_status") else []
        empty = dict.fromkeys(described_names())
        records += [empty | {"model": model, "why": why} for model, why in told if model not in names]
    return records


def described_names() -> tuple[str, ...]:
    """The names of a version's record."""
    return (
        "model", "version", "alias", "trained_as_of", "usable", *MEASURES, *COUNTS, "winner", "decision", "why",
        "held_by", "decided_at", "releases",
    )  # fmt: skip


def described(version: "Registered", releases: "list[Release]", held: "Release | None") -> dict[str, Any]:
    """What the list says of a version: the decision is the last one about it."""
    from dataclasses import asdict

    from pipelines.registered import SIGNAL, TRAINED_AS_OF, USABLE

    last = releases[-1] if releases else None
    values = (
        version.model,
        version.version,
        ", ".join(version.aliases) or None,
        version.tags.get(TRAINED_AS_OF),
        version.tags.get(SIGNAL) == USABLE,
        *(version.metrics.get(name) for name in MEASURES),
        *(whole_number(version.params.get(name)) for name in COUNTS),
        version.params.get("winner"),
        last.decision if last else None,
        last.sentence if last else None,
        held.decided_by if held else None,
        last.decided_at if last else None,
        [asdict(one) for one in releases],
    )
    return dict(zip(described_names(), values, strict=True))


def whole_number(text: str | None) -> int | None:
    return int(text) if text and text.isdigit() else None


@models.command(epilog="Example: growth models health --all --json")
@click.option("--all", "every_slice", is_flag=True, help="Every slice, not the whole alone.")
@json_option
@own_home_option
def health(home: Home, every_slice: bool, as_json: bool) -> None:
    """How good the models that speak are on moments they never saw, as published."""
    with published(home) as connection:
        rows = query(connection, HEALTH, {"all": every_slice})
    if as_json:
        show_json(rows.records())
    else:
        show_table(rows, "Champions and their health")


@models.command(epilog="Example: growth models compare lead_conversion")
@click.argument("model")
@click.argument("first", required=False, metavar="[A")
@click.argument("second", required=False, metavar="B]")
@json_option
@own_home_option
def compare(home: Home, model: str, first: str | None, second: str | None, as_json: bool) -> None:
    """Two versions on the rows of today that neither learned from; champion and challenger unless named."""
    if first and not second:
        raise GrowthError("Name two versions, or none for champion and challenger.")
    from pipelines.scoring.side_by_side import side_by_side

    with at_work(home) as connection:
        found = side_by_side(connection, home, model, first, second)
    if as_json:
        show_json(
            {"model": model, "first": found.first.version, "second": found.second.version}
            | {"rows": found.comparison.rows if found.comparison else None, "differences": found.differences()}
            | {"tier_churn": found.tier_churn, "stored": found.stored(), "note": found.note or None}
        )
    else:
        tell(found)


def tell(found: "SideBySide") -> None:
    """Both versions beside each other, to read."""
    names = {"first": found.first.version, "second": found.second.version}
    differences = found.differences()
    if found.comparison and differences:
        columns = tuple(names.get(name, name) for name in differences[0])
        title = f"On {found.comparison.rows:,} rows that neither learned from"
        show_table(Rows(columns, [list(row.values()) for row in differences]), title)
    stored = found.stored()
    columns = ("measure", *names.values())
    show_table(Rows(columns, [list(row.values()) for row in stored]), "Each on the test of its own training")
    if found.tier_churn is not None:
        click.echo(f"{found.tier_churn:.1%} of today's units stand in another tier with the one than with the other.")
    if found.note:
        click.echo(harmless(f"Note: {found.note}."))


reason_option = click.option("--reason", required=True, help="Why, for whoever reads the list of models.")


@models.command(epilog='Example: growth models promote lead_conversion lead_conversion-1f3a9c20 --reason "sales asked"')
@click.argument("model")
@click.argument("version")
@reason_option
@json_option
@own_home_option
def promote(home: Home, model: str, version: str, reason: str, as_json: bool) -> None:
    """Make a version the champion until a person says otherwise: trainings do not replace it."""
    from pipelines.scoring.chosen import Word, promote_by_hand

    with at_work(home) as connection:
        done(promote_by_hand(connection, home, model, version, Word(reason, clock())), as_json)


@models.command(epilog='Example: growth models rollback lead_conversion --reason "too many students"')
@click.argument("model")
@reason_option
@json_option
@own_home_option
def rollback(home: Home, model: str, reason: str, as_json: bool) -> None:
    """Go back to the champion before; it holds as a promoted one does."""
    from pipelines.scoring.chosen import Word, roll_back

    with at_work(home) as connection:
        done(roll_back(connection, home, model, Word(reason, clock())), as_json)


@models.command(epilog='Example: growth models unpin lead_conversion --reason "the new form is understood"')
@click.argument("model")
@reason_option
@json_option
@own_home_option
def unpin(home: Home, model: str, reason: str, as_json: bool) -> None:
    """Let the trainings decide again about a champion that a person put in its place."""
    from pipelines.scoring.chosen import Word
    from pipelines.scoring.chosen import unpin as let_go

    with at_work(home):
        done(let_go(home, model, Word(reason, clock())), as_json)


def done(release: "Release", as_json: bool) -> None:
    """What was recorded."""
    from dataclasses import asdict

    if as_json:
        show_json(asdict(release))
    elif release.champion == release.champion_before:
        click.echo(f"{release.champion} stays the champion of {release.model}: {release.decision}.")
    else:
        click.echo(f"{release.champion} is the champion of {release.model}, before: {release.champion_before}. {NEXT}")


@contextmanager
def at_work(home: Home) -> "Iterator[duckdb.DuckDBPyConnection]":
    """The databases under the writer's lock: nobody trains meanwhile."""
    import os

    from pipelines.lock import writer_lock
    from pipelines.run import own_scratch
    from pipelines.warehouse import connect

    if not home.warehouse.exists():
        raise GrowthError(f"No model was trained in {home.root} yet; run `growth run`, or name a folder with --home.")
    os.umask(0o077)
    with writer_lock(home.writer_lock, "", WAIT_SECONDS, lambda line: click.echo(line, err=True)), own_scratch(home):
        connection = connect(home)
        try:
            yield connection
        finally:
            connection.close()
