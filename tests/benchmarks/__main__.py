"""`make bench`: the simulated company through the main job, layer by layer, beside bare DuckDB and bare LightGBM."""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipelines.demo import write_company
from pipelines.engine import Request
from pipelines.home import Home
from pipelines.run import run
from pipelines.warehouse import connect, open_memory, quoted_text


def cpu_of(work: Callable[[], object]) -> float:
    """CPU-seconds of this process, all threads."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def cpu_by_layer(home: Home, extracts: Path) -> dict[str, float]:
    """CPU-seconds of a whole run by layer; what comes before the first layer is `start`."""
    spent: dict[str, float] = {}
    layer, begun = "start", time.process_time()

    def say(line: str) -> None:
        nonlocal layer, begun
        now = time.process_time()
        spent[layer] = spent.get(layer, 0.0) + now - begun
        layer, begun = line.partition(":")[0], now

    run(Request(home, extracts), lambda: datetime.now(UTC).replace(tzinfo=None), say)
    say("end:")
    return spent


def bare_read(extracts: Path) -> None:
    """The floor of loading: DuckDB reads every file into a table, types guessed, unreadable rows dropped."""
    with open_memory(threads=2) as connection:
        for number, path in enumerate(sorted(extracts.iterdir())):
            lenient = ", ignore_errors = true"
            reader, more = ("read_parquet", "") if ".parquet" in path.name else ("read_csv", lenient)
            reader, more = ("read_json", lenient) if ".json" in path.name else (reader, more)
            connection.execute(f"create table t{number} as from {reader}({quoted_text(str(path))}{more})")


def scoring(home: Home) -> tuple[float, float]:
    """CPU-seconds of scoring the training rows by the champion, and of a bare LightGBM predict of the same matrix."""
    from pipelines.registry import load_champion
    from pipelines.scoring import features_for

    champion = load_champion(home, "lead_conversion")
    if champion is None:
        return 0.0, 0.0
    with connect(home) as connection:
        frame = features_for(connection, "lead_conversion", "train")
    matrix = champion.encoder.encode(frame)
    champion.predict(frame)
    return cpu_of(lambda: champion.predict(frame)), cpu_of(lambda: champion.booster.predict(matrix, num_threads=1))


def main() -> None:
    """Print the table; everything is written to a folder that is removed at the end."""
    accounts = int(os.environ.get("BENCH_ACCOUNTS", "5000"))
    with tempfile.TemporaryDirectory() as folder:
        extracts, home = Path(folder) / "extracts", Home(Path(folder) / "home")
        table = Table(title=f"{accounts:,} accounts", title_justify="left")
        for title in ("what", "CPU-seconds", "floor", "ratio"):
            table.add_column(title, justify="left" if title == "what" else "right")

        def add(what: str, spent: float, floor: float | None = None) -> None:
            ratio = f"{spent / floor:.2f}" if floor else ""
            table.add_row(what, f"{spent:.2f}", f"{floor:.2f}" if floor else "", ratio)

        add("simulated company", cpu_of(lambda: write_company(extracts, accounts=accounts)))
        floor = cpu_of(lambda: bare_read(extracts))
        layers = cpu_by_layer(home, extracts)
        for layer, spent in layers.items():
            add(f"run: {layer}", spent, floor if layer == "raw" else None)
        add("run: all", sum(layers.values()))
        add("unchanged rerun", sum(cpu_by_layer(home, extracts).values()))
        add("scoring the training rows (floor: bare LightGBM predict)", *scoring(home))
        Console(file=sys.stdout).print(table)


if __name__ == "__main__":
    main()
