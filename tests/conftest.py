"""What every test may ask for, and the closing line that tells which capabilities the passed tests prove."""

from collections.abc import Generator, Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines.home import PROJECT_ROOT
from pipelines.warehouse import connect_scratch


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """Both databases, empty and in memory, under the names and with the functions of a real home."""
    with connect_scratch() as opened:
        yield opened


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of genuine exports beside the checkout."""
    folder = PROJECT_ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the genuine exports (../shared/data) are not beside this checkout")
    return folder


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note the capabilities of a test whose body passed, in its report: it may come from another process."""
    report = yield
    if report.when == "call" and report.passed:
        marks = item.iter_markers("capability")
        report.user_properties += [("capability", name) for mark in marks for name in mark.args]
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line: the capability ids that the passed tests of this run carry."""
    passed: list[pytest.TestReport] = terminalreporter.stats.get("passed", [])
    found = {str(name) for report in passed for kind, name in report.user_properties if kind == "capability"}
    proven = sorted(found, key=lambda name: (name[0], int(name[1:])))
    if proven:
        terminalreporter.write_line(f"capabilities proven: {' '.join(proven)}")
