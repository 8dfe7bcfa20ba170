"""`python -m tests.judge.reasons`: the facts of the first reason are taken away, and the score has to fall.

Of each simulated company, units whose score opens with a reason are drawn. An action that a reason counts is taken out
of the touches and the features are built anew from what is left; any other fact becomes unknown, or none where it is
counted, together with all of its idea. Both ways stand apart: the first is what a person would do with a delete key.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from models.fitted import FittedModel
from models.reasons import Told, told_of
from pipelines.demo import write_company
from pipelines.engine import Request
from pipelines.home import PROJECT_ROOT, Home
from pipelines.model_features import features_for
from pipelines.registry import load_champion
from pipelines.run import run
from pipelines.scoring.asked import feature_words
from pipelines.scoring.told import WINDOW
from pipelines.tables.build import build_table
from pipelines.tables.tree import read_tables
from pipelines.warehouse import connect

MODELS = ("lead_conversion", "account_fit", "opportunity_win")
ROWS, FEATURES = "rows", "features"
LEAD_FACTS = {
    "actions": "not touches.is_weak",
    "active_days": "not touches.is_weak",
    "days_since_last_action": "not touches.is_weak",
    "page_views": "touches.source = 'web_visit'",
    "pricing_views": "touches.kind = 'pricing_page_view'",
    "forms": "touches.source = 'form_fill'",
    "hand_raises": "touches.is_hand_raise",
    "email_opens": "touches.kind = 'email_open'",
    "email_clicks": "touches.kind = 'email_click'",
    "campaign_responses": "touches.kind = 'campaign_response'",
}
"""Which touches of a lead a fact counts."""
REBUILT = ("features.lead_actions", "features.lead_conversion")


@dataclass(frozen=True)
class Sampled:
    """One unit without the facts of its first reason."""

    world: str
    seed: int
    model: str
    way: str
    feature: str
    reason: str
    before: float
    after: float

    @property
    def falls(self) -> bool:
        return self.after < self.before


def judged(world: str, seed: int, accounts: int | None, most: int) -> list[Sampled]:
    """Simulate, run, and take facts away."""
    with tempfile.TemporaryDirectory(prefix="judge") as folder:
        extracts, home = Path(folder) / "extracts", Home(Path(folder) / "home")
        write_company(extracts, accounts, seed, world=world)
        home.create()
        run(Request(home, extracts), lambda: datetime.now(UTC).replace(tzinfo=None), lambda _: None)
        return sampled(home, world, seed, most)


def sampled(home: Home, world: str, seed: int, most: int) -> list[Sampled]:
    """So many units of every model that has a champion."""
    found: list[Sampled] = []
    for model in MODELS:
        champion = load_champion(home, model)
        if champion is None:
            continue
        with connect(home) as connection:
            shown = {
                unit
                for (unit,) in connection.execute(
                    "select unit_id from scores.shown_units where model = ?", [model]
                ).fetchall()
            }
            unit = champion.spec.unit_column
            units = features_for(connection, model, "score").filter(pl.col(unit).is_in(list(shown)))
            units = units.sample(min(most, units.height), seed=seed)
            words = feature_words(connection, model)
            first = [told[0] if told and not told[0].words.startswith("but ") else None
                     for told in told_of(champion, units, words)]  # fmt: skip
            kept = [place for place, one in enumerate(first) if one is not None]
            asked, frame = [one for one in first if one is not None], units[kept]
            before = champion.predict(frame)
            after, ways = without(connection, champion, frame, asked)
        found += [
            Sampled(world, seed, model, way, one.feature, one.words, float(old), float(new))
            for one, old, new, way in zip(asked, before, after, ways, strict=True)
        ]
    return found


def without(
    connection: duckdb.DuckDBPyConnection, champion: FittedModel, frame: pl.DataFrame, told: Sequence[Told]
) -> tuple[Sequence[float], list[str]]:
    """Scores of the rows without the facts told, and how these were taken away."""
    model, unit = champion.spec.name, champion.spec.unit_column
    by_rows = {
        key: one for key, one in zip(frame[unit], told, strict=True)
        if model == "lead_conversion" and WINDOW.sub("", one.feature) in LEAD_FACTS
    }  # fmt: skip
    after = champion.predict(without_ideas(connection, champion, frame, told))
    if by_rows:
        fresh = rebuilt(connection, by_rows)
        wanted = frame.select(unit).with_row_index("place").join(fresh, on=unit, how="left", maintain_order="left")
        again = champion.predict(wanted)
        after = np.where([key in by_rows for key in frame[unit]], again, after)
    return after.tolist(), [ROWS if key in by_rows else FEATURES for key in frame[unit]]


def without_ideas(
    connection: duckdb.DuckDBPyConnection, champion: FittedModel, frame: pl.DataFrame, told: Sequence[Told]
) -> pl.DataFrame:
    """The rows with nothing known of the idea that was told; counts at 0."""
    words, idea_of = feature_words(connection, champion.spec.name), champion.spec.idea_of
    ideas = pl.Series([one.idea for one in told])
    changed = []
    for name in champion.encoder.names:
        counts = name in words and words[name].counts
        empty = pl.lit(False if frame.schema[name] == pl.Boolean else 0) if counts else pl.lit(None)
        gone = ideas == idea_of.get(name, name)
        changed.append(pl.when(gone).then(empty).otherwise(pl.col(name)).alias(name))
    return frame.with_columns(changed)


def rebuilt(connection: duckdb.DuckDBPyConnection, told: dict[str, Told]) -> pl.DataFrame:
    """The features of leads to score after the touches that each one's reason counts are gone; nothing is kept."""
    tables = read_tables(PROJECT_ROOT / "sql")
    connection.execute("begin transaction")
    try:
        for fact, condition in LEAD_FACTS.items():
            leads = [lead for lead, one in told.items() if WINDOW.sub("", one.feature) == fact]
            if leads:
                connection.execute(
                    "delete from warehouse.core.lead_touches as linked using core.touches as touches"
                    f" where linked.touch_id = touches.touch_id and list_contains(?, linked.lead_id) and {condition}"
                    " and touches.actor = 'prospect'",
                    [leads],
                )
        for name in REBUILT:
            build_table(connection, tables[name])
        return features_for(connection, "lead_conversion", "score")
    finally:
        connection.execute("rollback")


def show(results: list[Sampled], console: Console) -> None:
    """Per model and way: of how many cases how many fell; then the features that failed most."""
    table = Table("model", "facts taken from", "companies", "cases", "fell", "share")
    for model in MODELS:
        for way in (ROWS, FEATURES):
            mine = [one for one in results if (one.model, one.way) == (model, way)]
            if mine:
                fell = sum(one.falls for one in mine)
                companies = str(len({(one.world, one.seed) for one in mine}))
                table.add_row(model, way, companies, f"{len(mine):,}", f"{fell:,}", f"{fell / len(mine):.1%}")
    console.print(table)
    failed = pl.Series("feature", [f"{one.model}: {one.feature}" for one in results if not one.falls], pl.String)
    for name, count in failed.value_counts(sort=True).rows()[:8]:
        console.print(f"did not fall without {name}: {count}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.judge.reasons", description=__doc__)
    parser.add_argument("--world", default="saas")
    parser.add_argument("--seeds", type=int, default=5, help="companies")
    parser.add_argument("--first-seed", type=int, default=101)
    parser.add_argument("--accounts", type=int, default=2_000)
    parser.add_argument("--cases", type=int, default=300, help="units of each model and company")
    parser.add_argument("--kept", type=Path, default=Path("judge_reasons.jsonl"), help="results so far")
    chosen = parser.parse_args()
    lines = chosen.kept.read_text(encoding="utf-8").splitlines() if chosen.kept.exists() else []
    results = [Sampled(**json.loads(line)) for line in lines]
    for seed in range(chosen.first_seed, chosen.first_seed + chosen.seeds):
        if any((one.world, one.seed) == (chosen.world, seed) for one in results):
            continue
        made = judged(chosen.world, seed, chosen.accounts, chosen.cases)
        results += made
        with chosen.kept.open("a", encoding="utf-8") as kept:
            kept.writelines(json.dumps(asdict(one)) + "\n" for one in made)
    show(results, Console(width=150))


if __name__ == "__main__":
    main()
