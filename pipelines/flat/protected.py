"""Columns that tell who somebody is rather than what they want: never features, unless a person allows them by name."""

import re

WORDS = re.compile(
    r"(gender|sex|salutation|birth(day|date|_date)?|dob|religion|ethnic(ity)?|race|nationality|marital(_status)?|disab\w*"
    r"|pregnan\w*|(household|personal)_income|orientation|union_member\w*|(first|last|middle|given|family|full|maiden)_?name"
    r"|surname|forename)"
)
"""Names that end in one of these."""
AGE = re.compile(r"((customer|contact|lead|person|client|applicant)_)?age(_(group|band|range|bracket|years))?")
"""Whole names: the age of an account is another thing."""


def is_protected(name: str) -> bool:
    """By its name: `Gender`, `Contact Age`, `BirthDate`, `last_name`; not `age_days`, `Sexton Street`, `stage`."""
    spelled = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    spelled = re.sub(r"[^a-z0-9]+", "_", spelled.lower()).strip("_")
    spelled = re.sub(r"_c$", "", spelled)
    return bool(AGE.fullmatch(spelled)) or any(
        WORDS.fullmatch("_".join(spelled.split("_")[start:])) for start in range(len(spelled.split("_")))
    )
