"""What only the simulation knows, written apart from the export.

What belongs here: tables of the truth, a module each. A table is a function from a cell to its rows; its name is the
file's. (Page views are written block by block with the export's: visits.py.)
"""

from collections.abc import Callable

import polars as pl

from pipelines.demo.company import Company
from pipelines.demo.truth.drivers import drivers
from pipelines.demo.truth.duplicates import duplicates
from pipelines.demo.truth.effects import effects
from pipelines.demo.truth.fates import fates
from pipelines.demo.truth.leaks import leaks
from pipelines.demo.truth.meanings import texts
from pipelines.demo.truth.optouts import optouts
from pipelines.demo.truth.propensity import propensity
from pipelines.demo.truth.sink import Sink
from pipelines.demo.truth.states import states

Table = Callable[[Company], pl.DataFrame]

TABLES: tuple[Table, ...] = (propensity, effects, drivers, states, fates, texts, duplicates, optouts, leaks)


def write_truth(company: Company, sink: Sink) -> None:
    """Append the cell's rows to every table."""
    for table in TABLES:
        sink.add(table.__name__, table(company))
