"""What the tests of the features ask for."""

from collections.abc import Iterator

import pytest

from pipelines.warehouse import connect_scratch
from tests.features.company import Company


@pytest.fixture(scope="package")
def company_of_package() -> Iterator[Company]:
    with connect_scratch(threads=1) as connection:
        yield Company(connection)


@pytest.fixture
def company(company_of_package: Company) -> Iterator[Company]:
    """A company without a row, read with the playbook that comes with the engine."""
    yield company_of_package
    company_of_package.clear()
