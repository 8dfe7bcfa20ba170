"""Ids of two lengths: 15 characters in reports and formulas, 18 in the API; one record must not become two.

The long form adds a character per five of the short one, which says which of the five are capital letters (Salesforce
Help, "Converting a 15-character ID to an 18-character ID"). The check of an id's form is a contract's own rule.
"""

import string

from pipelines.contracts.contract import Contract

CHECK_CHARACTERS = string.ascii_uppercase + "012345"
LETTERS = string.ascii_uppercase + string.ascii_lowercase + string.digits
CASE_OF_LETTERS = "1" * 26 + "0" * 36
# The 32 patterns of five letters' case, first letter first, in the order of their check characters.
PATTERNS = ",".join(f"{number:05b}"[::-1] for number in range(32))


def record_id_columns(contract: Contract) -> frozenset[str]:
    """Columns whose ids come in both lengths, as the contract says: keys, and references to them from everywhere."""
    return frozenset(column.name for column in contract.columns if column.id_form == "case_safe")


def long_id(value: str) -> str:
    """SQL for the 18-character form of a 15-character id; anything else is left as it is."""
    case = f"translate({value}, '{LETTERS}', '{CASE_OF_LETTERS}')"
    checks = " || ".join(
        f"substr('{CHECK_CHARACTERS}', 1 + (strpos('{PATTERNS}', substr({case}, {start}, 5)) - 1) // 6, 1)"
        for start in (1, 6, 11)
    )
    is_short = f"length({value}) = 15 and regexp_full_match({value}, '[A-Za-z0-9]{{15}}')"
    return f"case when {is_short} then {value} || {checks} else {value} end"
