"""`make judge`: whole runs on simulated companies, the models held against what can be known of each world.

Per world and seed the export and its truth are written, the main job runs, and each model is fitted as the job fits it.
On the rows of the test window the AUC of its score stands beside that of `p_visible` (the best that anybody could say
from the export) and of `p_true`; the calibration error beside what chance alone gives; and the 90 % interval of units
scored alike beside their mean `p_true`, its width beside that of a binomial interval from as many rows held back.
Results are kept as JSON lines, so that a stopped judge goes on where it was.
"""

import argparse
import json
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from models.alike import Z
from models.fitted import FittedModel
from models.landmarks import codes
from models.measures import measured, ranked, wilson
from models.not_enough import NotEnoughData
from models.spec import ModelSpec
from pipelines.demo import write_company
from pipelines.engine import Request
from pipelines.home import Home
from pipelines.run import run
from pipelines.warehouse import connect

WORLDS = ("saas", "industrial", "tiny_startup")
TENTHS = 10
UNITS = {"lead_conversion": "lead", "account_fit": "account", "opportunity_win": "opportunity"}


@dataclass(frozen=True)
class Result:
    """One model on one company; AUCs are null where there was no model, and `sentence` says why."""

    world: str
    seed: int
    model: str
    rows: int
    positives: int
    unmatched: int
    score: float | None = None
    visible: float | None = None
    true: float | None = None
    ece: float | None = None
    ece_expected: float | None = None
    covered: float | None = None
    """Share of the groups of units scored alike whose mean `p_true` lies inside their interval."""
    width: float | None = None
    """Median width of the interval, in widths of a binomial interval from as many rows held back."""
    sentence: str = ""

    @property
    def gap(self) -> float | None:
        return None if self.visible is None or self.score is None else self.visible - self.score


def judged(world: str, seed: int, accounts: int | None) -> list[Result]:
    """Simulate, run and hold every model against the truth."""
    with tempfile.TemporaryDirectory(prefix="judge") as folder:
        extracts, truth = Path(folder) / "extracts", Path(folder) / "truth"
        write_company(extracts, accounts, seed, world=world, truth=truth)
        home = Home(Path(folder) / "home")
        home.create()
        run(Request(home, extracts), lambda: datetime.now(UTC).replace(tzinfo=None), lambda _: None)
        chances = pl.read_parquet(truth / "propensity.parquet")
        return [against(home, world, seed, model, chances) for model in UNITS]


def against(home: Home, world: str, seed: int, model: str, chances: pl.DataFrame) -> Result:
    """Fit as the main job does, and compare on the rows of the test window that the truth knows."""
    from models.fitting import fit
    from pipelines.model_features import features_for
    from pipelines.scoring.asked import model_spec

    with connect(home) as connection:
        spec, frame = model_spec(connection, model), features_for(connection, model, "train")
        [(sentence,)] = connection.execute(
            "select sentence from scores.model_status where model = ?", [model]
        ).fetchall()
    made = fit(frame, spec)
    if isinstance(made, NotEnoughData):
        return Result(world, seed, model, frame.height, 0, 0, sentence=sentence)
    rows = known(made.test.with_columns(pl.Series("score", made.model.predict(made.test))), spec, model, chances)
    both = rows.drop_nulls("p_visible")
    measures = measured(ranked(both["score"].to_numpy(), both["label"].to_numpy(), codes(both["id"])), spec.seed)
    return Result(
        world,
        seed,
        model,
        rows.height,
        int(rows["label"].sum()),
        rows.height - both.height,
        area(both, "score"),
        area(both, "p_visible"),
        area(both, "p_true"),
        measures["ece"].value,
        measures["ece_expected"].value,
        *intervals_held(made.model, both, made.model.counts["validation_landmarks"]),
        sentence,
    )


def known(test: pl.DataFrame, spec: ModelSpec, model: str, chances: pl.DataFrame) -> pl.DataFrame:
    """The rows of the test window beside their true chances; null for records that are copies."""
    of_unit = chances.filter(pl.col("unit") == UNITS[model]).select("id", "as_of", "p_true", "p_visible")
    rows = test.select(pl.col(spec.unit_column).alias("id"), pl.col("as_of").cast(pl.Datetime("us")), "label", "score")
    return rows.join(of_unit, on=["id", "as_of"], how="left")


def intervals_held(model: FittedModel, rows: pl.DataFrame, held_back: int) -> tuple[float, float]:
    """Tenths of the rows by score: how many hold their mean `p_true` inside the mean interval, and how wide it is."""
    score = rows["score"].to_numpy()
    low, high = model.interval(score)
    tenth = np.argsort(np.argsort(score, kind="stable"), kind="stable") * TENTHS // len(score)
    count = np.bincount(tenth)

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(tenth, values) / count

    happens = mean(rows["p_true"].to_numpy())
    binomial_low, binomial_high = wilson(happens * held_back / TENTHS, np.full(len(count), held_back / TENTHS), Z)
    inside = (mean(low) <= happens) & (happens <= mean(high))
    return float(inside.mean()), float(np.median((mean(high) - mean(low)) / (binomial_high - binomial_low)))


def area(rows: pl.DataFrame, column: str) -> float:
    """Area under the ROC curve (the chance that a positive row is above a negative one)."""
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(rows["label"].to_numpy(), rows[column].to_numpy()))


def read(file: Path) -> list[Result]:
    if not file.exists():
        return []
    return [Result(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]


def show(results: list[Result], console: Console) -> None:
    """A line per company and model, then the mean gap of each world and model with a 90 % interval over the seeds."""
    table = Table("world", "seed", "model", "rows", "positives", "unmatched", "score", "p_visible", "p_true", "gap",
                  "ece", "by chance", "covered", "width")  # fmt: skip
    for one in results:
        values = (one.score, one.visible, one.true, one.gap, one.ece, one.ece_expected, one.covered, one.width)
        numbers = ["-" if value is None else f"{value:.4f}" for value in values]
        counts = (one.rows, one.positives, one.unmatched)
        table.add_row(one.world, str(one.seed), one.model, *(f"{count:,}" for count in counts), *numbers)
    console.print(table)
    means = Table("world", "model", "seeds", "mean gap", "90 % interval", "p_visible", "ece above chance",
                  "covered", "width", "or: what it said")  # fmt: skip
    for world in dict.fromkeys(one.world for one in results):
        for model in UNITS:
            mine = [one for one in results if (one.world, one.model) == (world, model)]
            gaps = np.array([one.gap for one in mine if one.gap is not None])
            seen = [one.visible for one in mine if one.visible is not None]
            spread = likely_error(gaps)
            above = [one.ece - one.ece_expected for one in mine if one.ece is not None and one.ece_expected is not None]
            covered = [one.covered for one in mine if one.covered is not None]
            width = [one.width for one in mine if one.width is not None]
            means.add_row(
                world,
                model,
                str(len(mine)),
                f"{gaps.mean():.4f}" if len(gaps) else "-",
                f"{gaps.mean() - spread:.4f} to {gaps.mean() + spread:.4f}" if len(gaps) > 1 else "-",
                f"{min(seen):.3f} to {max(seen):.3f}" if seen else "-",
                f"{np.mean(above):.4f}" if above else "-",
                f"{np.mean(covered):.2f}" if covered else "-",
                f"{np.median(width):.2f}" if width else "-",
                "; ".join(sorted({one.sentence for one in mine if one.gap is None})),
            )
    console.print(means)


def likely_error(gaps: NDArray[np.float64]) -> float:
    """Half of Student's 90 % interval of the mean, for a few seeds tell little of a spread; NaN for a single gap."""
    from scipy.stats import t

    if len(gaps) < 2:
        return float("nan")
    return float(t.ppf(0.95, len(gaps) - 1) * gaps.std(ddof=1) / np.sqrt(len(gaps)))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.judge", description=__doc__)
    parser.add_argument("--worlds", default=",".join(WORLDS), help="names or files, with commas between")
    parser.add_argument("--seeds", type=int, default=5, help="companies per world")
    parser.add_argument("--first-seed", type=int, default=101)
    parser.add_argument("--accounts", type=int, help="instead of each world's own number")
    parser.add_argument(
        "--kept", type=Path, default=Path("judge.jsonl"), help="results so far; remove it to start anew"
    )
    chosen = parser.parse_args()
    console, results = Console(width=150), read(chosen.kept)
    wanted = [
        (world, seed)
        for world in chosen.worlds.split(",")
        for seed in range(chosen.first_seed, chosen.first_seed + chosen.seeds)
    ]
    for world, seed in wanted:
        if any((one.world, one.seed) == (world, seed) for one in results):
            continue
        console.print(f"{world}, seed {seed}", style="dim")
        made = judged(world, seed, chosen.accounts)
        results += made
        with chosen.kept.open("a", encoding="utf-8") as kept:
            kept.writelines(json.dumps(asdict(one)) + "\n" for one in made)
    show([one for one in results if (one.world, one.seed) in wanted], console)


if __name__ == "__main__":
    main()
