"""`make torture`: mutated extracts and killed runs, as many as asked; goes on where it was stopped."""

import argparse
import sys
import tempfile
from collections import Counter
from itertools import count
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pipelines.quiet import silence
from tests.torture.journal import Journal
from tests.torture.mutants import torture

BAD = ("lost", "crashed")


def run_mutants(journal: Journal, number: int, seed: int) -> None:
    """The mutants of the seeds from `seed` on that the journal does not know yet."""
    done = {verdict["seed"] for verdict in journal.read()}
    for one in range(seed, seed + number):
        if one not in done:
            journal.add(torture(one))


def show_mutants(journal: Journal) -> bool:
    """A table of accidents and outcomes, each problem below it; whether there was none."""
    verdicts = journal.read()
    table = Table(title=f"{len(verdicts):,} mutants", title_justify="left")
    outcomes = ("loaded", "refused", *BAD)
    for title in ("accident", *outcomes):
        table.add_column(title, justify="left" if title == "accident" else "right")
    for kind in sorted({verdict["kind"] for verdict in verdicts}):
        counts = Counter(verdict["outcome"] for verdict in verdicts if verdict["kind"] == kind)
        table.add_row(kind, *(f"{counts[outcome]:,}" for outcome in outcomes))
    console = Console()
    console.print(table)
    bad = [verdict for verdict in verdicts if verdict["outcome"] in BAD or verdict["problems"]]
    for verdict in bad:
        console.print(f"seed {verdict['seed']} ({verdict['form']}, {verdict['kind']}): {verdict['problems'][0]}")
    return not bad


def run_kills(journal: Journal, number: int, seed: int) -> None:
    """Sequences of kills until that many runs were killed, those that the journal knows among them."""
    from tests.torture import kills  # what it imports takes seconds

    done = journal.read()
    killed = sum(died(sequence["kills"]) for sequence in done)
    if killed >= number:
        return
    with tempfile.TemporaryDirectory() as folder:
        ground = kills.prepare(Path(folder))
        fresh = (one for one in count(seed) if one not in {sequence["seed"] for sequence in done})
        while killed < number:
            sequence = kills.torture(ground, next(fresh))
            killed += died(sequence.kills)
            journal.add(sequence)


def died(kills: list[str]) -> int:
    """How many of the runs were really killed: one that was faster than its killer does not count."""
    return sum(not kill.startswith("came to its end") for kill in kills)


def show_kills(journal: Journal) -> bool:
    """A table of how the runs died, each problem below it; whether there was none."""
    sequences = journal.read()
    kills = [kill for sequence in sequences for kill in sequence["kills"]]
    table = Table(title=f"{len(kills):,} runs in {len(sequences):,} sequences", title_justify="left")
    table.add_column("how it died")
    table.add_column("runs", justify="right")
    for how in ("at change", "after", "came to its end"):
        table.add_row(how, f"{sum(kill.startswith(how) for kill in kills):,}")
    table.add_row("looks of the reader", f"{sum(sequence['looks'] for sequence in sequences):,}")
    console = Console()
    console.print(table)
    for sequence in sequences:
        for problem in sequence["problems"]:
            console.print(f"sequence {sequence['seed']}: {problem}")
    return not any(sequence["problems"] for sequence in sequences)


def main() -> None:
    """Torture, print the tables, and leave with 1 when something broke or was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--mutants", type=int, default=20_000, help="mutated files (default: %(default)s)")
    parser.add_argument("--kills", type=int, default=200, help="killed runs (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed (default: %(default)s)")
    parser.add_argument("--journal", type=Path, default=Path("torture"), help="where to note what was done")
    asked = parser.parse_args()
    silence()
    asked.journal.mkdir(exist_ok=True)
    mutants, kills = Journal(asked.journal / "mutants.jsonl"), Journal(asked.journal / "kills.jsonl")
    run_kills(kills, asked.kills, asked.seed)  # first: they fork, which no threads of a loader may meet
    run_mutants(mutants, asked.mutants, asked.seed)
    sound = [show_kills(kills), show_mutants(mutants)]
    sys.exit(0 if all(sound) else 1)


if __name__ == "__main__":
    main()
