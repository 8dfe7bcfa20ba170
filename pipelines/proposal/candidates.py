"""The types, spellings and forms that a column's cells are tried with; which of them is the likeliest.

What a cell is read as is asked in the words of the loading itself (`intake/rules/cells`), so that a contract proposed
here reads its own file. What does not belong here: looking at a file (`profile`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.contracts.contract import Column
from pipelines.contracts.formats import TEXT_PATTERNS, strptime_of
from pipelines.intake.rules.cells import typed
from pipelines.intake.rules.record_ids import long_id
from pipelines.warehouse import quoted_text

DAYS = ("dd.MM.yyyy", "MM/dd/yyyy", "dd/MM/yyyy", "dd-MM-yyyy", "yyyy/MM/dd", "dd.MM.yy", "MM/dd/yy", "dd/MM/yy",
        "dd-MM-yy", "dd-MMM-yyyy", "dd MMM yyyy", "MMM dd, yyyy", "dd-MMM-yy", "dd MMM yy", "MMM dd, yy")  # fmt: skip
TIMES = ("", " HH:mm", " HH:mm:ss", " hh:mm a")
NUMBER_FORMS = ("1.234,56", "1,234.56")
NULL_WORDS = ("null", "n/a", "#n/a", "nan", "none", "-", "--", "\\n", "k.a.", "unknown", "unbekannt")
"""Cells that hold one of these hold nothing, where all the others are numbers, dates or yes and no."""
BOOLEANS = "'true', 'false', 't', 'f', 'yes', 'no', 'y', 'n', 'ja', 'nein', 'wahr', 'falsch'"
FORMS = {
    "email": TEXT_PATTERNS["email"],
    "uuid": TEXT_PATTERNS["uuid"],
    "hex": "[0-9a-f]{24}([0-9a-f]{8})?",
    "web": r"(https?://)?([A-Za-z0-9-]+\.)+[A-Za-z]{2,}(/\S*)?",
}
"""Forms of texts, each a pattern; `record id` is told by its check characters besides."""
RECORD_ID = "[A-Za-z0-9]{15}([A-Za-z0-9]{3})?"
EARLIEST = 1800


@dataclass(frozen=True)
class Candidate:
    """A type and how it may be written: as the contract's column, with the date form in the contract's own letters."""

    column: Column
    form: str = ""

    def value(self, cell: str) -> str:
        return typed(cell, "VARCHAR", self.column)

    def cannot_read(self, cell: str) -> str:
        """SQL that is true for a cell that is not of the type; a year before 1800 was written with two digits."""
        if self.column.logical_type == "boolean":
            return f"lower({cell}) not in ({BOOLEANS})"
        value = self.value(cell)
        return f"({value}) is null" + (f" or year({value}) < {EARLIEST}" if self.form else "")


def candidates() -> list[Candidate]:
    """The narrowest first: yes and no, integer, decimal, date, time, then other spellings of numbers, dates, times."""
    plain = Column("x", "string", "varchar", False, None, False, False, ".")
    kinds = [("boolean", "boolean"), ("integer", "bigint"), ("number", "decimal(38,10)"), ("number", "double"),
             ("date", "date"), ("timestamp", "timestamp")]  # fmt: skip
    tries = [Candidate(replace(plain, logical_type=logical, physical_type=physical)) for logical, physical in kinds]
    for spelling in NUMBER_FORMS:
        for logical, physical in (("integer", "bigint"), ("number", "decimal(38,10)")):
            column = replace(plain, logical_type=logical, physical_type=physical, number_form=spelling)
            tries.append(Candidate(column))
    for form in (day + time for time in TIMES for day in DAYS):
        kind = "timestamp" if "mm" in form else "date"
        column = replace(plain, logical_type=kind, physical_type=kind, text_format=strptime_of(form) or "")
        tries.append(Candidate(column, form))
    return tries


def most_likely(fitting: Sequence[Candidate]) -> tuple[Candidate | None, bool]:
    """The narrowest type that fits, and whether day and month could be the other way round."""
    if not fitting:
        return None, False
    one = fitting[0]
    other = one.form.replace("MM/dd", "dd/MM")
    return one, other != one.form and any(candidate.form == other for candidate in fitting)


def decimal_type(scale: int, digits: int, found_type: str) -> str:
    """Room for the decimals that were seen, at least two, and for some digits more before the point; what the file
    itself types keeps its type.
    """
    if found_type.startswith("DECIMAL"):
        return found_type.lower()
    if scale > 9 or found_type in ("DOUBLE", "FLOAT"):
        return "double"
    return f"decimal({18 if digits <= 14 else 38},{max(2, scale)})"


def form_tests() -> str:
    """SQL for how many distinct values of a column break each form, `record id` last."""
    tests = [f"count(*) filter (where not regexp_full_match(cell, {quoted_text(form)}))" for form in FORMS.values()]
    is_id = f"regexp_full_match(cell, {quoted_text(RECORD_ID)}) and (length(cell) = 15 or "
    is_id += f"{long_id('left(cell, 15)')} = cell) and regexp_matches(cell, '[0-9]')"
    return ", ".join([*tests, f"count(*) filter (where not ({is_id}))"])
