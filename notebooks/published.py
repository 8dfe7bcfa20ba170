"""What was published, for people who think in frames: the lists, the funnel, the health of the models.

Open with `.venv/bin/marimo edit notebooks/published.py`; `GROWTH_HOME` names the home (default `growth_home`).
What does not belong here: logic that another file needs.
"""

import marimo

app = marimo.App(width="medium", app_title="What was published")


@app.cell
def _() -> tuple[object, ...]:
    import os
    from pathlib import Path

    import duckdb
    import marimo as mo

    reader_file = Path(os.environ.get("GROWTH_HOME", "growth_home")) / "published" / "latest" / "reader.duckdb"
    mo.stop(
        not reader_file.exists(), mo.md(f"Nothing is published in `{reader_file.parent}` yet: run `make run` first.")
    )
    reader = duckdb.connect(reader_file, read_only=True)
    return mo, reader


@app.cell
def _(mo, reader) -> None:  # type: ignore[no-untyped-def]
    mo.vstack(
        [
            mo.md("## Whom to win next"),
            reader.sql(
                "select rank, tier, account_name, relationship, score_source, fit_lift, fit_probability,"
                " array_to_string(reasons, '; ') as reasons, next_action"
                " from marts.target_accounts order by rank limit 100"
            ).pl(),
        ]
    )


@app.cell
def _(mo, reader) -> None:  # type: ignore[no-untyped-def]
    mo.vstack(
        [
            mo.md("## The funnel by cohort"),
            reader.sql(
                "select * from marts.funnel_by_cohort where segment = 'all' order by unit, step, cohort_on desc"
            ).pl(),
        ]
    )


@app.cell
def _(mo, reader) -> None:  # type: ignore[no-untyped-def]
    mo.vstack([mo.md("## How good the models are"), reader.sql("select * from marts.model_health order by all").pl()])


if __name__ == "__main__":
    app.run()
