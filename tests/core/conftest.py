"""What the tests of the core tables ask for."""

from collections.abc import Iterator

import pytest

from pipelines.home import PROJECT_ROOT
from pipelines.warehouse import connect_scratch
from tests.core.crm import Crm


@pytest.fixture(scope="module")
def crm_of_module() -> Iterator[Crm]:
    with connect_scratch() as connection:
        yield Crm(connection, PROJECT_ROOT / "pipelines" / "playbook")


@pytest.fixture
def crm(crm_of_module: Crm) -> Iterator[Crm]:
    """A CRM without a row, read with the playbook that comes with the engine."""
    yield crm_of_module
    crm_of_module.clear()
    crm_of_module.change("update warehouse.config.calendar set zone = 'UTC', currency = null")
