"""A model on the bench: its features, a fit with columns left out, how it stands against the champion, who speaks.

Open with `.venv/bin/marimo edit notebooks/model_bench.py`; `GROWTH_HOME` names the home (default `growth_home`).
What is fitted here is for looking at. A change that should score goes into `sql/features` or the playbook; then
`growth run --train` fits and registers it, and this page promotes it.
What does not belong here: how a model is fitted, judged or compared (`models/`), and how it is promoted (`pipelines/`).
"""

import marimo

app = marimo.App(width="medium", app_title="A model on the bench")

with app.setup:
    import os
    from datetime import UTC, datetime
    from pathlib import Path

    import duckdb
    import marimo as mo
    import numpy as np
    import polars as pl

    from models.landmarks import GROUP, LABEL, codes, feature_columns
    from models.leakage import alone
    from models.not_enough import NotEnoughData
    from models.release import compare
    from models.training import train
    from pipelines.home import Home
    from pipelines.model_features import features_for
    from pipelines.registered import versions
    from pipelines.registry import load_champion
    from pipelines.scoring.asked import model_spec
    from pipelines.scoring.kept import as_of_moment
    from pipelines.scoring.standards import standards_of


@app.cell
def _() -> tuple[object, ...]:
    home = Home(Path(os.environ.get("GROWTH_HOME", "growth_home")))
    reader_file = home.latest / "reader.duckdb"
    mo.stop(
        not reader_file.exists(), mo.md(f"Nothing is published in `{reader_file.parent}` yet: run `make run` first.")
    )
    reader = duckdb.connect(reader_file, read_only=True)
    names = [name for (name,) in reader.sql("select model from config.labels order by model").fetchall()]
    chosen = mo.ui.dropdown(names, value=names[0], label="Model")
    mo.vstack([mo.md("# A model on the bench"), chosen])
    return chosen, home, reader


@app.cell
def _(chosen, reader) -> tuple[object, ...]:  # type: ignore[no-untyped-def]
    spec, standards = model_spec(reader, chosen.value), standards_of(reader, chosen.value)
    frame = features_for(reader, chosen.value, "train")
    mo.stop(frame.is_empty(), mo.md(f"No landmark of {spec.title} has matured yet: there is nothing to learn from."))
    return frame, spec, standards


@app.cell
def _(frame, spec) -> tuple[object, ...]:  # type: ignore[no-untyped-def]
    names_of_features = feature_columns(frame, spec)
    ordered = frame.sort("as_of")
    strength = {
        one.column: one.auc
        for one in alone(
            ordered,
            ordered[LABEL].to_numpy(),
            codes(ordered[GROUP]),
            names_of_features,
            is_ordered=True,
            seed=spec.seed,
        )
    }
    explored = pl.DataFrame(
        {
            "feature": names_of_features,
            "filled": [1 - frame[name].null_count() / frame.height for name in names_of_features],
            "values": [frame[name].n_unique() for name in names_of_features],
            "auc_alone": [strength[name] for name in names_of_features],
        }
    ).sort("auc_alone", descending=True)
    left_out = mo.ui.multiselect(names_of_features, label="Leave out")
    mo.vstack(
        [
            mo.md(
                f"## Explore\n\n{frame.height:,} landmarks of {frame[spec.unit_column].n_unique():,} {spec.unit}s, "
                f"{frame[LABEL].mean():.1%} {spec.positive_word}. "
                "`auc_alone`: what a feature alone tells of later rows."
            ),
            explored,
            left_out,
        ]
    )
    return (left_out,)


@app.cell
def _(frame, left_out, reader, spec, standards) -> tuple[object, ...]:  # type: ignore[no-untyped-def]
    trained = train(frame.drop(left_out.value), spec, as_of_moment(reader), standards=standards)
    mo.stop(isinstance(trained, NotEnoughData), mo.md(getattr(trained, "sentence", "")))
    return (trained,)


@app.cell
def _(trained) -> None:  # type: ignore[no-untyped-def]
    losses = pl.DataFrame(
        {"contestant": list(trained.model.losses), "validation_log_loss": list(trained.model.losses.values())}
    )
    mo.vstack(
        [
            mo.md(f"## Fit\n\n`{trained.version}`: {trained.model.estimator.name} won; measured on later moments."),
            losses.sort("validation_log_loss"),
            trained.health.filter(pl.col("slice") == "all").select("metric", "value", "low", "high", "verdict"),
            trained.judgement.reliability,
        ]
    )


@app.cell
def _(chosen, home, spec, standards, trained) -> None:  # type: ignore[no-untyped-def]
    champion = load_champion(home, chosen.value)
    mo.stop(champion is None, mo.md("## Compare\n\nThere is no champion to compare with: points rank."))
    comparison = compare(trained.test, champion, trained.model, standards)
    gap = np.abs(champion.predict(trained.test) - trained.model.predict(trained.test))
    mo.md(
        f"## Compare\n\nChallenger less champion on {comparison.sentence}. On the median row of the test window their "
        f"probabilities lie {np.median(gap):.3f} apart."
    )


@app.cell
def _(chosen, home) -> tuple[object, ...]:  # type: ignore[no-untyped-def]
    registered = versions(home, chosen.value)
    version = mo.ui.dropdown([one.version for one in reversed(registered)], label="Version")
    reason = mo.ui.text(label="Why", full_width=True)
    promote = mo.ui.run_button(label="Make it the champion")
    mo.vstack(
        [
            mo.md(
                "## Promote\n\nA champion that a person chose stays until a person says otherwise; "
                f"`growth models rollback {chosen.value} --reason TEXT` goes back."
            ),
            pl.DataFrame(
                {
                    "version": [one.version for one in registered],
                    "alias": [", ".join(one.aliases) for one in registered],
                    "auc": [one.metrics.get("auc") for one in registered],
                    "log_loss": [one.metrics.get("log_loss") for one in registered],
                },
                schema={"version": pl.String, "alias": pl.String, "auc": pl.Float64, "log_loss": pl.Float64},
            ),
            version,
            reason,
            promote,
        ]
    )
    return promote, reason, version


@app.cell
def _(chosen, home, promote, reason, version) -> None:  # type: ignore[no-untyped-def]
    mo.stop(not promote.value)
    from pipelines.errors import GrowthError
    from pipelines.lock import writer_lock
    from pipelines.scoring.chosen import Word, promote_by_hand
    from pipelines.warehouse import connect

    try:
        with writer_lock(home.writer_lock, "a notebook", 10), connect(home) as connection:
            word = Word(reason.value, datetime.now(UTC).replace(tzinfo=None))
            release = promote_by_hand(connection, home, chosen.value, str(version.value), word)
        told = f"{release.champion} is the champion of {chosen.value}; `growth run` scores with it."
    except GrowthError as error:
        told = str(error)
    mo.md(told)


if __name__ == "__main__":
    app.run()
