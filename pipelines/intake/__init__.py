"""Intake: extract files into `raw`, what breaks a contract into `quarantine`, an account of it into `ledger`.

What belongs here: reading (`forms`), judging (`rules`), merging (`merging`) and remembering (`history`) what came in,
the proof that nothing was lost (`proof`), mending what was refused (`workshop`). What does not: one meaning across
sources (`sql/staging`, `sql/core`).
"""

from pipelines.intake.forms.digests import folder_hashes
from pipelines.intake.load import load_extracts
from pipelines.intake.proof.ledger import FileBalance, Report, balance_problems
from pipelines.intake.report import LoadReport

__all__ = ["FileBalance", "LoadReport", "Report", "balance_problems", "folder_hashes", "load_extracts"]
