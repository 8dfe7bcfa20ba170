"""A simulated company, written as the same export files that a real one has. Public: `write_company`."""

from pipelines.demo.files import WrittenFile
from pipelines.demo.flaws import Planted
from pipelines.demo.write import DemoReport, write_company

__all__ = ["DemoReport", "Planted", "WrittenFile", "write_company"]
