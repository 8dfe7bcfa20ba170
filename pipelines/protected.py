"""Columns that tell who somebody is rather than what they want: never features, unless a person allows them by name."""

import re

from pipelines.proposal.vocabulary import plain, vocabulary

OF_WHOM = {"customer", "contact", "lead", "person", "client", "applicant", "household", "personal"}
"""Words before a name that change nothing of what it is: `contact_age`, not `account_age`."""
NAMES = ("first_name", "last_name", "full_name")
INCOMES = {"household_income", "personal_income"}
BANDS = re.compile(r"_(group|band|range|bracket|years|c)$")


def is_protected(name: str) -> bool:
    """By its name, as `growth contract` tells it: `Gender`, `Contact Age`, `BirthDate`, `last_name`; not `age_days`."""
    known = vocabulary()
    names = {word for one in NAMES for word in known.every[one]} - {"name", "lead_name"}
    protected = known.sets["protected"] | INCOMES | names
    words = BANDS.sub("", plain(name)).split("_")
    return "_".join(words) in protected or (words[0] in OF_WHOM and "_".join(words[1:]) in protected)
