"""`make torture`: mutated extracts and killed runs, as many as asked; goes on where it was stopped."""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pipelines.quiet import silence
from tests.torture.journal import Journal
from tests.torture.mutants import torture

BAD = ("lost", "crashed")
WORKERS = 2


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


def run_kills(journal: Journal, wanted: dict[str, int], seed: int) -> None:
    """Sequences of kills until that many runs of each company were killed, those that the journal knows among them.

    Two are at work: both on the small company, the first of them on the whole one before.
    """
    if not any(is_open(journal, wanted, company) for company in wanted):
        return
    from tests.torture.kills import KILLS, SMALL, WHOLE, Ground, prepare, torture  # what that imports takes seconds
    from tests.torture.processes import child, ended

    def work(folder: Path, number: int, small: Ground | None) -> None:
        folder.mkdir()
        for company in (WHOLE, SMALL):
            if is_open(journal, wanted, company) and (company == SMALL or number == 0):
                ground = prepare(folder / company, company) if small is None or company == WHOLE else small
                fresh = iter(range(seed + number, sys.maxsize, WORKERS))
                while is_open(journal, wanted, company):
                    one = next(fresh)
                    if (company, one) not in {(done["company"], done["seed"]) for done in journal.read()}:
                        journal.add(torture(ground, one, KILLS))

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        small = prepare(folder / SMALL, SMALL) if is_open(journal, wanted, SMALL) else None
        copies = [small.copied(folder / f"small-{number}") if small else None for number in range(WORKERS)]
        results = [folder / f"worker-{number}.json" for number in range(WORKERS)]
        pids = [
            child(partial(work, folder / f"worker-{number}", number, copies[number]), results[number])
            for number in range(WORKERS)
        ]
        found = [ended(pid, result) for pid, result in zip(pids, results, strict=True)]
    if any(found):
        sys.exit(f"A torturer broke: {next(one for one in found if one)}")


def is_open(journal: Journal, wanted: dict[str, int], company: str) -> bool:
    """Whether fewer runs of a company were killed than wanted."""
    return killed(journal.read(), company) < wanted[company]


def killed(sequences: Sequence[dict[str, Any]], company: str) -> int:
    """How many runs were really killed: one that was faster than its killer does not count."""
    kills = [kill for one in sequences if one["company"] == company for kill in one["kills"]]
    return sum(not kill.startswith("came to its end") for kill in kills)


def show_kills(journal: Journal) -> bool:
    """A table of how the runs died, each problem below it; whether there was none."""
    sequences = journal.read()
    companies = sorted({sequence["company"] for sequence in sequences})
    total = sum(killed(sequences, company) for company in companies)
    table = Table(title=f"{total:,} runs killed in {len(sequences):,} sequences", title_justify="left")
    for title in (
        "company",
        "killed at a moment",
        "at a change",
        "soon after one",
        "not killed",
        "looks of the reader",
    ):
        table.add_column(title, justify="left" if title == "company" else "right")
    for company in companies:
        own = [sequence for sequence in sequences if sequence["company"] == company]
        kinds = Counter(kind_of(kill) for sequence in own for kill in sequence["kills"])
        looks = sum(sequence["looks"] for sequence in own)
        table.add_row(company, *(f"{kinds[kind]:,}" for kind in ("moment", "change", "soon", "none")), f"{looks:,}")
    console = Console()
    console.print(table)
    for sequence in sequences:
        for problem in sequence["problems"]:
            console.print(f"sequence {sequence['seed']} ({sequence['company']}): {problem}")
    return not any(sequence["problems"] for sequence in sequences)


def kind_of(kill: str) -> str:
    """How a run died, from what its sequence says."""
    if kill.startswith("came to its end"):
        return "none"
    if kill.startswith("after"):
        return "moment"
    return "soon" if kill.endswith("late") else "change"


def main() -> None:
    """Torture, print the tables, and leave with 1 when something broke or was lost."""
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--mutants", type=int, default=20_000, help="mutated files (default: %(default)s)")
    parser.add_argument("--kills", type=int, default=200, help="killed runs (default: %(default)s)")
    parser.add_argument("--whole", type=int, help="of them over the whole project (default: an eighth)")
    parser.add_argument("--seed", type=int, default=0, help="the first seed (default: %(default)s)")
    parser.add_argument("--journal", type=Path, default=Path("torture"), help="where to note what was done")
    asked = parser.parse_args()
    silence()
    asked.journal.mkdir(parents=True, exist_ok=True)
    mutants, kills = Journal(asked.journal / "mutants.jsonl"), Journal(asked.journal / "kills.jsonl")
    whole = asked.kills // 8 if asked.whole is None else asked.whole
    run_kills(kills, {"small": asked.kills - whole, "whole": whole}, asked.seed)
    run_mutants(mutants, asked.mutants, asked.seed)
    sound = [show_kills(kills), show_mutants(mutants)]
    sys.exit(0 if all(sound) else 1)


if __name__ == "__main__":
    main()
