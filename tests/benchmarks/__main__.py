"""`make bench`: the simulated company through the main job, layer by layer, beside bare DuckDB and bare LightGBM.

`python -m tests.benchmarks --accounts 200000 --events 20000000` is the size that has to fit into 4 GiB.
"""

import argparse
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipelines.engine import Request
from pipelines.home import Home
from pipelines.run import run
from tests.benchmarks.floors import bare_read, bare_write, scoring
from tests.benchmarks.meter import Cost, Meter, cost_of

WRITE = "import sys; from pathlib import Path; from pipelines.demo import write_company; "


def simulate(extracts: Path, accounts: int, events: int | None) -> Cost:
    """Write the company, in a process of its own: its memory is not the run's."""
    call = f"write_company(Path(sys.argv[1]), accounts={accounts}, events={events})"
    return cost_of(lambda: subprocess.run([sys.executable, "-c", WRITE + call, str(extracts)], check=True))


def cost_by_layer(home: Home, extracts: Path) -> dict[str, Cost]:
    """The cost of a whole run by layer; what comes before the first layer is `start`."""
    costs: dict[str, Cost] = {}
    layer, meter = "start", Meter()

    def say(line: str) -> None:
        nonlocal layer
        costs.setdefault(layer, Cost()).add(meter.read())
        layer = line.partition(":")[0]

    run(Request(home, extracts), lambda: datetime.now(UTC).replace(tzinfo=None), say)
    say("end:")
    return costs


def total(costs: dict[str, Cost]) -> Cost:
    """All layers together."""
    whole = Cost()
    for cost in costs.values():
        whole.add(cost)
    return whole


def main() -> None:
    """Print the table; everything is written to a folder that is removed at the end."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--accounts", type=int, default=5_000, help="accounts of the company (default: %(default)s)")
    parser.add_argument("--events", type=int, help="visits, forms and mail events (default: the world's own number)")
    parser.add_argument("--folder", type=Path, help="where to work; needs some GB (default: the temporary folder)")
    size = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=size.folder) as folder:
        extracts, home = Path(folder) / "extracts", Home(Path(folder) / "home")
        events = f", {size.events:,} events" if size.events else ""
        table = Table(title=f"{size.accounts:,} accounts{events}", title_justify="left")
        for title in ("what", "CPU-seconds", "floor", "ratio", "peak GiB"):
            table.add_column(title, justify="left" if title == "what" else "right")

        def add(what: str, cost: Cost, floor: Cost | None = None, peak: bool = True) -> None:
            ratio = f"{cost.cpu / floor.cpu:.2f}" if floor and floor.cpu else ""
            shown = f"{floor.cpu:.2f}" if floor else ""
            table.add_row(what, f"{cost.cpu:.2f}", shown, ratio, f"{cost.peak:.2f}" if peak else "")

        add("simulated company", simulate(extracts, size.accounts, size.events), peak=False)
        floors = {"raw": bare_read(extracts)}
        layers = cost_by_layer(home, extracts)
        floors |= bare_write(home)
        for layer, cost in layers.items():
            add(f"run: {layer}", cost, floors.get(layer))
        add("run: all", total(layers))
        add("unchanged rerun", total(cost_by_layer(home, extracts)))
        scored, predicted = scoring(home)
        add("scoring 1 million rows (floor: bare LightGBM predict)", scored, predicted)
        Console(file=sys.stdout).print(table)
        Console(file=sys.stdout).print("Floor of a layer: its files read into tables, its tables written anew.")


if __name__ == "__main__":
    main()
