"""`python -m tests.judge.flat`: verdicts of `growth fit` over many seeds; a stopped judge goes on where it was.

Random labels may be called usable once in twenty tables; a winner may be behind the best contestant, and behind plain
LightGBM, by no more than noise.
"""

import argparse
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table as Printed

from models.measures import auc_error
from models.one_table import fit_table
from models.spec import ModelSpec
from pipelines.flat.points import points_of
from tests.judge.flat_worlds import forty_and_forty, honest, table

SPEC = ModelSpec("table", "table", "row", " row", "positive", horizon_days=0, lag_days=0)
KINDS = {"random": (600, 0.0), "weak": (1_000, 0.4), "strong": (1_500, 1.0), "demo": (80, 0.0)}
"""Rows and strength of the signal; `demo`: forty leads of either class of a simulated company."""


@dataclass(frozen=True)
class Result:
    """One table: its verdict, and the AUCs on rows that no model had seen; `error` is the winner's standard error."""

    kind: str
    seed: int
    verdict: str
    winner: float
    best: float
    plain: float
    error: float


def judged(kind: str, seed: int) -> Result:
    """Make a table and fit it."""
    rows, signal = KINDS[kind]
    asked = forty_and_forty(seed) if kind == "demo" else table(*honest(seed, rows, signal))
    found = fit_table(asked, replace(SPEC, points=points_of(asked.frame)), 0.2)
    if found.fit is None:
        return Result(kind, seed, found.verdict, 0.5, 0.5, 0.5, 0.0)
    by_name = {one.name: one.auc for one in found.fit.contestants}
    error = auc_error(found.fit.auc, found.positives, found.negatives)
    return Result(
        kind, seed, found.verdict, found.fit.auc, max(by_name.values()), by_name["plain LightGBM"], error
    )  # fmt: skip


def show(results: list[Result], console: Console) -> None:
    """A line per kind of table."""
    printed = Printed(
        "tables", "seeds", "usable", "suspected", "mean AUC", "behind the best", "behind plain", "beyond noise"
    )
    for kind in KINDS:
        mine = [one for one in results if one.kind == kind]
        if not mine:
            continue
        behind = [max(one.best, one.plain) - one.winner for one in mine]
        printed.add_row(
            kind, str(len(mine)), str(sum(one.verdict == "usable" for one in mine)),
            str(sum(one.verdict == "suspected_leakage" for one in mine)),
            f"{sum(one.winner for one in mine) / len(mine):.4f}",
            f"{max(one.best - one.winner for one in mine):.4f}", f"{max(one.plain - one.winner for one in mine):.4f}",
            str(sum(gap > 2 * one.error for gap, one in zip(behind, mine, strict=True))),
        )  # fmt: skip
    console.print(printed)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.judge.flat", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="tables of each kind")
    parser.add_argument("--kinds", default=",".join(KINDS), help="with commas between")
    parser.add_argument("--kept", type=Path, default=Path("judge_flat.jsonl"), help="results so far")
    chosen = parser.parse_args()
    lines = chosen.kept.read_text(encoding="utf-8").splitlines() if chosen.kept.exists() else []
    results = [Result(**json.loads(line)) for line in lines]
    for kind in chosen.kinds.split(","):
        for seed in range(1, chosen.seeds + 1):
            if any((one.kind, one.seed) == (kind, seed) for one in results):
                continue
            results.append(judged(kind, seed))
            with chosen.kept.open("a", encoding="utf-8") as kept:
                kept.write(json.dumps(asdict(results[-1])) + "\n")
    show(results, Console(width=150))


if __name__ == "__main__":
    main()
