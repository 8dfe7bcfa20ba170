"""What the same data costs when nothing is asked of it: DuckDB and LightGBM alone, with the memory of a run."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import duckdb

from pipelines.home import Home
from pipelines.warehouse import MEMORY, THREADS, connect, open_memory, quoted_name, quoted_text
from tests.benchmarks.meter import Cost, Meter, cost_of

if TYPE_CHECKING:
    from models.boosting import Trees
    from models.tournament import Estimator

READERS = {"parquet": "read_parquet({})", "json": "read_json({}, ignore_errors = true)"}
CSV = "read_csv({}, ignore_errors = true)"
SCORED, PAIRS = 1_000_000, 3


def bare(connection: duckdb.DuckDBPyConnection, folder: str) -> None:
    """A database file beside nothing else, as large as it has to be."""
    connection.execute(f"set memory_limit = '{MEMORY}'; set temp_directory = {quoted_text(f'{folder}/scratch')}")
    connection.execute(f"attach {quoted_text(f'{folder}/bare.duckdb')} as bare")


def bare_read(extracts: Path) -> Cost:
    """Every file into a table, types guessed, unreadable rows dropped."""
    with TemporaryDirectory() as folder, open_memory(THREADS) as connection:
        bare(connection, folder)
        meter = Meter()
        for number, path in enumerate(sorted(path for path in extracts.rglob("*") if path.is_file())):
            reader = next((text for form, text in READERS.items() if f".{form}" in path.name), CSV)
            connection.execute(f"create table bare.t{number} as from {reader.format(quoted_text(str(path)))}")
        return meter.read()


def bare_write(home: Home) -> dict[str, Cost]:
    """The tables of a layer written once more, row for row: what a layer costs at the least."""
    costs: dict[str, Cost] = {}
    with TemporaryDirectory() as folder, connect(home) as connection:
        bare(connection, folder)
        meter = Meter()
        for schema, table in connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name in ('intake', 'warehouse')"
            " and schema_name not in ('raw', 'quarantine', 'ledger') order by all"
        ).fetchall():
            name = f"{schema}.{quoted_name(table)}"
            connection.execute(f"create or replace table bare.written as from {name}")
            costs.setdefault(schema, Cost()).add(meter.read())
    return costs


def scoring(home: Home) -> tuple[Cost, Cost]:
    """Scoring rows by the champion (probability, interval, share worked), and LightGBM's own prediction of the same
    matrix: the middle one of three pairs by their ratio. Curves in a blend count as cost, not as floor."""
    from pipelines.model_features import features_for
    from pipelines.registry import load_champion

    champion = load_champion(home, "lead_conversion")
    bare_model = bare_trees(champion.estimator) if champion else None
    if champion is None or bare_model is None:
        return Cost(), Cost()
    with connect(home) as connection:
        frame = features_for(connection, "lead_conversion", "train").sample(SCORED, with_replacement=True, seed=1)
    matrix = champion.encoder.encode(frame)

    def scored() -> None:
        probability = champion.predict(frame)
        champion.interval(probability)
        champion.worked.share(probability)
        champion.worked.is_extrapolated(probability)

    pairs = [
        (cost_of(scored), cost_of(lambda: bare_model.booster.predict(matrix, num_threads=1))) for _ in range(PAIRS)
    ]
    return sorted(pairs, key=lambda pair: pair[0].cpu / max(pair[1].cpu, 1e-9))[PAIRS // 2]


def bare_trees(estimator: "Estimator") -> "Trees | None":
    """The trees in an estimator, none where others won."""
    from models.blend import Blend
    from models.boosting import Trees

    parts = [part.estimator for part in estimator.parts] if isinstance(estimator, Blend) else [estimator]
    return next((part for part in parts if isinstance(part, Trees)), None)
