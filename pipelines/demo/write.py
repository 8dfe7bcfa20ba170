"""Writing a simulated company: from a world and a size to folders of files, and the truth beside them.

What belongs here: the order of the work, the check of what was asked, and that nothing half written is left.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.demo.background import part_of
from pipelines.demo.company import Company, simulate
from pipelines.demo.draw import history_span
from pipelines.demo.export import Export, open_extracts
from pipelines.demo.files import WrittenFile, make_folder
from pipelines.demo.firms import CELL_ACCOUNTS
from pipelines.demo.flaws import Planted, planted_rows
from pipelines.demo.moments import plan_moments
from pipelines.demo.truth import write_truth
from pipelines.demo.truth.sink import Sink
from pipelines.demo.world import World, read_world
from pipelines.errors import GrowthError

LEAST_ACCOUNTS = 20


@dataclass(frozen=True)
class DemoReport:
    """What was written: files with their data rows, and the rows that break the contract on purpose."""

    folder: Path
    files: tuple[WrittenFile, ...]
    planted: tuple[Planted, ...]

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)


def write_company(
    out: Path,
    accounts: int | None = None,
    seed: int = 7,
    until: date = date(2026, 6, 30),
    progress: Callable[[str], None] | None = None,
    *,
    world: str | Path = "saas",
    events: int | None = None,
    increments: int = 0,
    truth: Path | None = None,
) -> DemoReport:
    """Write the export of a simulated company of about `accounts` accounts (None: the world's own number), with history
    up to the end of `until` (UTC).

    `events` scales page views, forms and mail events together to about that many, by more or fewer strangers and
    robots. `increments` writes an extract of everything that many days before the end, then one a day, each in a folder
    named by its day. `truth` is the folder for what only the simulation knows. `progress` is told in words what is
    being done. Raises GrowthError when a folder holds anything already, or cannot be written, and for a world file or
    a size that make no company.
    """
    if accounts is not None and accounts < LEAST_ACCOUNTS:
        raise GrowthError(f"A simulated company needs at least {LEAST_ACCOUNTS} accounts, found {accounts}.")
    if truth and (
        truth.resolve() in (out.resolve(), *out.resolve().parents) or out.resolve() in truth.resolve().parents
    ):
        raise GrowthError(
            f"The truth must lie apart from the export, so that nobody reads it: {truth} and {out} do not."
        )
    chosen = read_world(world)
    moments = plan_moments(history_span(chosen.history, until), increments)
    make_folder(out)
    if truth:
        make_folder(truth, "the truth")
    with finished(out) as folder, finished(truth) as apart:
        sink = Sink(apart) if apart else None
        size = chosen.accounts if accounts is None else accounts
        cells = -(-size // CELL_ACCOUNTS)
        export = Export(moments, open_extracts(folder or out, moments), cells, progress or (lambda _: None), sink)
        for cell in range(cells):
            company = simulate_cell(chosen, size, seed, until, export, cell=cell)
            first, count = part_of(size, cells, cell)
            export.add(company, None if events is None else events * (first + count) // size - events * first // size)
            if sink:
                write_truth(company, sink)
        files = export.finish(company)
        if sink:
            sink.add("planted", planted_rows(export.planted))
            sink.close()
    return DemoReport(out, tuple(files), tuple(export.planted))


def simulate_cell(world: World, accounts: int, seed: int, until: date, export: Export, *, cell: int) -> Company:
    """One of the even parts of the company, its number told to who waits."""

    def say(line: str) -> None:
        export.say(f"part {cell + 1} of {export.cells}: {line}" if export.cells > 1 else line)

    count = part_of(accounts, export.cells, cell)[1]
    return simulate(world, count, seed, history_span(world.history, until), say, cell=cell)


@contextmanager
def finished(out: Path | None) -> Iterator[Path | None]:
    """A folder beside `out` that takes its place at the end: who is interrupted finds no half a company where a run
    would read it.
    """
    if out is None:
        yield None
        return
    partial = out.resolve().with_name(f".{out.resolve().name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir()
        yield partial
        partial.replace(out)
    except OSError as error:
        raise GrowthError(f"The simulated company cannot be written to {out}: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
