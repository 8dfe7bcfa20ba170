"""What is written about a flat table: ranked rows as CSV, and a page that explains them. No fitting, no verdict."""

import csv
import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from pipelines.errors import GrowthError
from pipelines.flat.answer import HEAD, Answer
from pipelines.flat.words import HEADLINES, in_plain_words, measures_of, next_steps, split_words, winner_of
from pipelines.formulas import guarded_text
from pipelines.publish.report.charts import GainsPoint, ReliabilityBin, gains_chart, reliability_chart
from pipelines.publish.report.words import decimal, number, percent

SCORES, REPORT = "scores.csv", "report.html"
SHOWN = 25
"""Ranked rows on the page."""


def write_answer(answer: Answer, folder: Path) -> dict[str, object]:
    """Write the folder's files, each whole or not at all; the facts with their places, null for what is not there.

    Scores of an earlier fit do not stay beside a verdict that takes them back. Raises GrowthError when the folder
    cannot be written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if answer.ranked is None:
            (folder / SCORES).unlink(missing_ok=True)
        else:
            replace(folder / SCORES, scores_csv(answer))
        replace(folder / REPORT, page(answer))
    except OSError as error:
        raise GrowthError(f"The folder {folder} cannot be written to ({error.strerror}).") from error
    places = {"scores": None if answer.ranked is None else str(folder / SCORES), "report": str(folder / REPORT)}
    return answer.facts() | places


def replace(path: Path, text: str) -> None:
    """Put a new text in a file's place in one step."""
    with tempfile.NamedTemporaryFile(
        "w", dir=path.parent, suffix=path.suffix, encoding="utf-8", delete=False, newline=""
    ) as file:
        file.write(text)
    Path(file.name).chmod(0o600)
    Path(file.name).replace(path)


def scores_csv(answer: Answer) -> str:
    """The ranked rows; text that a spreadsheet would calculate is marked as text."""
    sink = io.StringIO()
    sheet = csv.writer(sink, lineterminator="\n")
    sheet.writerow(HEAD)
    if answer.ranked is not None:
        for identifier, *numbers, rank, told in answer.ranked.iter_rows():
            reasons = guarded_text("; ".join(told))
            sheet.writerow([guarded_text(identifier or ""), *(f"{one:.6f}" for one in numbers), rank, reasons])
    return sink.getvalue()


def lines(answer: Answer, folder: Path) -> list[str]:
    """The answer for a terminal."""
    told = [f"{answer.question.file.name}: {VERDICTS[answer.outcome.verdict]}"]
    told += [f"  {name}: {value}{f' ({beside})' if beside else ''}" for name, value, beside in figures(answer)]
    told += [f"  Winner: {winner_of(answer.outcome.fit)}"] if answer.outcome.fit else []
    told += [f"  Suspect: {one.evidence}" for one in answer.outcome.suspects]
    told += [f"  Note: {note}" for note in answer.notes]
    if answer.ranked is not None:
        told.append(f"Wrote {folder / SCORES}: {answer.ranked.height:,} rows")
    return [*told, f"Wrote {folder / REPORT}"]


VERDICTS = {
    "usable": "usable",
    "no_usable_signal": "no usable signal",
    "not_enough_data": "not enough data",
    "suspected_leakage": "suspected leakage",
}


def figures(answer: Answer) -> Sequence[tuple[str, str, str]]:
    """Names, values and what stands beside them, for people."""
    fit = answer.outcome.fit
    if fit is None:
        return [
            ("rows with the outcome", number(answer.outcome.positives), ""),
            ("rows without", number(answer.outcome.negatives), ""),
        ]
    found = measures_of(fit)
    auc, lift, expected = found["auc"], found["lift_at_10pct"], found["ece_expected"]
    return [
        ("AUC", decimal(auc.value, 3), f"{decimal(auc.low, 3)} to {decimal(auc.high, 3)}"),
        ("Lift of the best tenth", decimal(lift.value, 1), f"{decimal(lift.low, 1)} to {decimal(lift.high, 1)}"),
        ("Log loss", decimal(found["log_loss"].value, 3), ""),
        ("Calibration error", decimal(found["ece"].value, 3), f"{decimal(expected.value, 3)} by chance alone"),
        ("Tested rows", number(len(fit.unseen.rows)), split_words(answer.question, fit)),
    ]


def page(answer: Answer) -> str:
    """The report: one page without anything from elsewhere."""
    environment = Environment(
        loader=PackageLoader("pipelines.flat", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    environment.filters.update(percent=percent, decimal=decimal)
    style = (Path(__file__).parent.parent / "publish" / "report" / "report.css").read_text(encoding="utf-8")
    fit = answer.outcome.fit
    return environment.get_template("report.html.j2").render(
        answer=answer,
        verdict=VERDICTS[answer.outcome.verdict],
        headline=HEADLINES[answer.outcome.verdict],
        plain_words=in_plain_words(fit, answer.asked.table.positive) if fit else [],
        steps=next_steps(answer.question, answer.outcome),
        winner=winner_of(fit) if fit else None,
        alone={one.column: one.auc for one in answer.outcome.alone},
        left_out=dict(answer.asked.left_out) | (dict(fit.dropped) if fit else {}),
        notes=[note for note in answer.notes if " is left out (" not in note],
        figures=figures(answer),
        fit=fit,
        charts=charts(answer),
        head=[] if answer.ranked is None else answer.ranked.head(SHOWN).rows(named=True),
        style=style,
    )


def charts(answer: Answer) -> list[str]:
    """Reliability and gains on the test."""
    fit = answer.outcome.fit
    if fit is None:
        return []
    bins = fit.judgement.reliability.select("mean_probability", "observed_rate", "low", "high", "n").rows()
    points = fit.judgement.gains.select("share", "caught").rows()
    name = answer.table_name
    return [
        reliability_chart([ReliabilityBin(*row) for row in bins], name),
        gains_chart([GainsPoint(*row) for row in points], name),
    ]
