"""The whole page: read every part, write the opening sentences, render, save. What belongs here: the order of things
and the opening; each section's own wording lives in the module of that section."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
from jinja2 import Environment, PackageLoader, StrictUndefined

from pipelines.errors import GrowthError
from pipelines.publish.report import words
from pipelines.publish.report.alike import Alike, read_alike
from pipelines.publish.report.changes import ListChanges, read_changes
from pipelines.publish.report.funnel import UnitFunnel, read_funnels
from pipelines.publish.report.gates import Gates, read_gates
from pipelines.publish.report.lists import ListHead, QueueLine, TargetLine, read_queue, read_targets
from pipelines.publish.report.loaded import Loaded, read_loaded
from pipelines.publish.report.reading import columns_of, read
from pipelines.publish.report.trust import ModelTrust, read_trust
from pipelines.publish.report.whole import Whole, read_whole

FIRST_CALLS = 5


@dataclass(frozen=True)
class ReportContext:
    """What no table tells: whose report it is, which run made it, and what versions took part (name, version)."""

    company: str = ""
    run_id: str = ""
    versions: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Report:
    """Everything the page shows, in the page's order."""

    context: ReportContext
    as_of: str
    zone: str
    opening: tuple[str, ...]
    cautions: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    queue: ListHead[QueueLine]
    targets: ListHead[TargetLine]
    changes: tuple[ListChanges, ...]
    funnels: tuple[UnitFunnel, ...]
    gates: Gates
    models: tuple[ModelTrust, ...]
    alike: Alike
    whole: Whole
    loaded: Loaded


def write_report(connection: duckdb.DuckDBPyConnection, path: Path, context: ReportContext) -> None:
    """Write the self-contained HTML page of what the connection's marts and meta tables hold.

    The same tables and context give the same bytes. Raises GrowthError when there is no as-of moment.
    """
    path.write_text(render(read_report(connection, context)), encoding="utf-8", newline="\n")


def read_report(connection: duckdb.DuckDBPyConnection, context: ReportContext) -> Report:
    zone = reporting_zone(connection)
    queue, targets = read_queue(connection, zone), read_targets(connection, zone)
    funnels, models = read_funnels(connection), read_trust(connection)
    loaded = read_loaded(connection, context.run_id)
    return Report(
        context=context,
        as_of=words.moment(as_of_moment(connection), zone),
        zone=zone.key,
        opening=(how_many(queue, targets), call_first(queue), how_far_to_trust(queue, targets, models, loaded)),
        cautions=tuple(model.verdict for model in models if not model.is_ranking and model.verdict),
        figures=figures(queue, targets, funnels, loaded),
        queue=queue,
        targets=targets,
        changes=read_changes(connection),
        funnels=funnels,
        gates=read_gates(connection),
        models=models,
        alike=read_alike(connection),
        whole=read_whole(connection, context.run_id),
        loaded=loaded,
    )


def render(report: Report) -> str:
    environment = Environment(
        loader=PackageLoader("pipelines.publish.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(number=words.number, joined=words.joined)
    style = Path(__file__).with_name("report.css").read_text(encoding="utf-8")
    return environment.get_template("report.html.j2").render(report=report, style=style)


def as_of_moment(connection: duckdb.DuckDBPyConnection) -> datetime:
    rows = read(connection, "select as_of from config.as_of") if columns_of(connection, "config.as_of") else []
    if not rows or not isinstance(rows[0]["as_of"], datetime):
        raise GrowthError("The report has no as-of moment: config.as_of is empty; run the pipeline from the start.")
    return rows[0]["as_of"]


def reporting_zone(connection: duckdb.DuckDBPyConnection) -> ZoneInfo:
    """The company's reporting zone from the playbook's calendar; UTC without one."""
    rows = read(connection, "select zone from config.calendar") if columns_of(connection, "config.calendar") else []
    return ZoneInfo(rows[0]["zone"] if rows else "UTC")


def how_many(queue: ListHead[QueueLine], targets: ListHead[TargetLine]) -> str:
    people = queue.totals["lines"]
    ranked = f"{words.plural(targets.totals['lines'], 'account')} {verb(targets.totals['lines'])} ranked as targets"
    if not people:
        return f"Nobody waits in the hand-off queue, and {ranked}."
    hands = queue.totals["fast_lane"]
    raised = f", {words.number(hands)} of whom asked for a demo, a price or a call" if hands else ""
    people_words = words.plural(people, "person waits", "people wait").capitalize()
    return f"{people_words} in the hand-off queue{raised}; {ranked}."


def call_first(queue: ListHead[QueueLine]) -> str:
    first = queue.lines[:FIRST_CALLS]
    if not first:
        return "There is nobody to call from this list today."
    names = [f"{line.name} ({line.account})" if line.account else line.name for line in first]
    return f"Call first: {words.joined(names)}."


def how_far_to_trust(
    queue: ListHead[QueueLine], targets: ListHead[TargetLine], models: tuple[ModelTrust, ...], loaded: Loaded
) -> str:
    scores = [f"{model.ranking_short} for {model.name.lower()}" for model in models if model.is_ranking]
    ranking = (
        [
            "shown one that succeeded and one that did not, the models name the right one "
            f"{words.joined(scores)}, a tossed coin 50 times"
        ]
        if scores
        else []
    )
    if queue.is_by_points or targets.is_by_points:
        both = queue.is_by_points and targets.is_by_points
        which = "both lists" if both else "the queue" if queue.is_by_points else "the target list"
        by_points = f"agreed points, not a model, put {which} in order: a sensible sorting, not a forecast"
    else:
        by_points = ""
    kept = "every row read from the extracts is accounted for" if loaded.adds_up and loaded.files else ""
    return words.sentence("How far to trust it: " + "; ".join(part for part in (*ranking, by_points, kept) if part))


def verb(count: int) -> str:
    return "is" if count == 1 else "are"


def figures(
    queue: ListHead[QueueLine], targets: ListHead[TargetLine], funnels: tuple[UnitFunnel, ...], loaded: Loaded
) -> tuple[tuple[str, str], ...]:
    """The strip of numbers under the opening: (number, what it counts)."""
    deals = next((funnel for funnel in funnels if funnel.unit == "opportunity"), None)
    sales = ((words.number(deals.won), "opportunities won"), (words.number(deals.open), "still open")) if deals else ()
    return (
        (words.number(queue.totals["lines"]), "people in the queue"),
        (words.number(queue.totals["fast_lane"]), "raised a hand"),
        (words.number(targets.totals["lines"]), "accounts ranked"),
        *sales,
        (words.number(loaded.total.counts[0]), "rows read"),
        (words.number(loaded.refused), "rows refused"),
    )
