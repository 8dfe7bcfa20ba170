"""The whole way of one model: fit, open the test window once, judge, name the version. No files, no registry."""

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from models.artefact import version_of
from models.backtest import backtest
from models.fitted import FittedModel
from models.fitting import fit
from models.gap import gap_rows
from models.judge import BACKTEST, TEST, Judgement, health, health_rows, judge
from models.landmarks import AS_OF, PROBABILITY
from models.not_enough import NotEnoughData
from models.spec import ModelSpec
from models.standards import DEFAULT, Standards
from models.unlabelled import UNLABELLED, sensitivity


@dataclass(frozen=True, eq=False)
class Trained:
    """A judged model under its version, its rows of `model_health`, and its test window, scored."""

    model: FittedModel
    version: str
    judgement: Judgement
    health: pl.DataFrame
    test: pl.DataFrame


TrainingOutcome = Trained | NotEnoughData


def train(
    frame: pl.DataFrame,
    spec: ModelSpec,
    as_of: datetime,
    units_positive: int | None = None,
    units_negative: int | None = None,
    *,
    standards: Standards = DEFAULT,
) -> TrainingOutcome:
    """Fit and judge one model; the arguments are those of `fitting.fit`, `as_of` only marks the rows of health."""
    outcome = fit(frame, spec, units_positive, units_negative)
    if isinstance(outcome, NotEnoughData):
        return outcome
    scored = outcome.test.with_columns(pl.Series(PROBABILITY, outcome.model.predict(outcome.test)))
    judgement = judge(scored, spec.seed, standards)
    metrics = judgement.summary() | {"test_units_in_training": outcome.split.test_units_in_training}
    model = outcome.model.with_metrics(metrics)
    version = version_of(model)
    late = frame.filter(pl.col(AS_OF) >= outcome.split.bounds["test_from"])  # also what nobody worked
    late = late.with_columns(pl.Series(PROBABILITY, model.predict(late)))
    further = {
        TEST: gap_rows(model, scored, spec.seed, standards),
        BACKTEST: backtest(late, spec.unit_column, spec.seed, standards),
        UNLABELLED: sensitivity(
            outcome.learned.again, outcome.learned.whole, model.encoder, scored, spec.unworked_factor
        ),
    }
    parts = [health_rows(rows, spec.name, version, as_of, split) for split, rows in further.items()]
    return Trained(model, version, judgement, pl.concat([health(judgement, spec.name, version, as_of), *parts]), scored)
