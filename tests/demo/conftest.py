"""The simulated companies that the demo's tests look at: a small one, and the default one, each written once."""

from dataclasses import dataclass
from datetime import date

import polars as pl
import pytest

from pipelines.demo import DemoReport, write_company

UNTIL = date(2026, 6, 30)


@dataclass(frozen=True)
class Export:
    report: DemoReport

    def table(self, name: str) -> pl.DataFrame:
        """The rows of a Salesforce object as text, without the planted ones."""
        return self.raw(name).filter(
            ~pl.col("Id").is_in([row.record_id for row in self.report.planted]), pl.col("Id").is_not_null()
        )

    def raw(self, name: str) -> pl.DataFrame:
        file = next(file.name for file in self.report.files if file.name.split(".")[0] == name)
        return pl.read_csv(self.report.folder / file, infer_schema=False)

    def engagement(self, name: str) -> pl.DataFrame:
        file = next(self.report.folder.glob(f"{name}.*"))
        if file.suffix == ".csv":
            return pl.read_csv(file, infer_schema=False)
        return pl.read_parquet(file) if file.suffix == ".parquet" else pl.read_ndjson(file)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Export:
    return Export(write_company(tmp_path_factory.mktemp("small") / "out", accounts=200, seed=1, until=UNTIL))


@pytest.fixture(scope="session")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Export:
    return Export(write_company(tmp_path_factory.mktemp("usual") / "out", accounts=5000, seed=7, until=UNTIL))
