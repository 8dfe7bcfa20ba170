"""What a column's name means: synonyms of the columns that canonical staging tables know; no cells are looked at."""

import re
from collections.abc import Sequence

from pipelines.proposal.profile import Seen

PERSON = {
    "email": "email mail e_mail mail_address email_address work_email business_email contact_email",
    "full_name": "full_name name contact_name person lead_name attendee participant",
    "first_name": "first_name firstname given_name forename vorname",
    "last_name": "last_name lastname surname family_name nachname",
    "title": "title job_title position role jobtitle function",
    "phone": "phone phone_number telephone tel mobile mobile_phone telefon",
    "country": "country country_name land country_code",
    "state": "state region province",
    "lead_source": "lead_source source origin channel utm_source first_source",
    "has_opted_out_of_email": (
        "has_opted_out_of_email opted_out opt_out unsubscribed do_not_email email_opt_out is_email_opt_out"
    ),
    "do_not_call": "do_not_call dnc no_calls",
    "created_at": (
        "created_at created created_date create_date createdate date registered_at "
        "registration_date submitted_at signup_date first_contact_date scanned_at timestamp"
    ),
    "modified_at": (
        "modified_at updated_at last_modified last_modified_date modified updated modification_date system_modstamp"
    ),
}
COMPANY = {
    "website": "website domain url web homepage company_domain company_website",
    "city": "city town ort",
    "industry": "industry sector branch vertical",
    "employees": "employees number_of_employees employee_count headcount company_size",
    "annual_revenue": "annual_revenue revenue turnover",
}
TABLES: dict[str, dict[str, str]] = {
    "leads": PERSON | COMPANY | {
        "company": "company company_name organisation organization firm account account_name business_name firma",
        "status": "status lead_status stage",
        "rating": "rating",
    },
    "accounts": COMPANY | {
        "account_name": "account_name company company_name name organisation organization firm firma",
        "phone": PERSON["phone"], "country": PERSON["country"], "state": PERSON["state"],
        "account_type": "type account_type", "created_at": PERSON["created_at"], "modified_at": PERSON["modified_at"],
    },
}  # fmt: skip
TYPES = {"employees": "bigint", "annual_revenue": "decimal(18, 2)", "has_opted_out_of_email": "boolean",
         "do_not_call": "boolean", "created_at": "timestamp", "modified_at": "timestamp"}  # fmt: skip
REFUSALS = ("has_opted_out_of_email", "do_not_call")
OF_A_PERSON = ("email", "full_name", "first_name", "last_name")


def plain(name: str) -> str:
    """`E-Mail Address` as `e_mail_address`."""
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()).strip("_")


def meanings(table: str, columns: Sequence[Seen]) -> dict[str, Seen]:
    """Canonical column -> the file's column: the earliest synonym wins, no column is used twice."""
    by_name = {plain(column.name): column for column in reversed(columns)}
    found: dict[str, Seen] = {}
    for canonical, words in TABLES[table].items():
        fitting = [by_name[word] for word in words.split() if word in by_name and by_name[word] not in found.values()]
        fitting = [one for one in fitting if fits(canonical, one)]
        if fitting:
            found[canonical] = fitting[0]
    return found


def fits(canonical: str, column: Seen) -> bool:
    """Whether the column's type can become what the canonical column holds."""
    wanted = TYPES.get(canonical, "varchar").split("(")[0]
    kinds = {"bigint": ("integer",), "decimal": ("integer", "number"), "boolean": ("boolean",)}
    return column.logical_type in kinds.get(
        wanted, ("date", "timestamp") if wanted == "timestamp" else (column.logical_type,)
    )


def feeds(columns: Sequence[Seen]) -> str:
    """The canonical table whose rows these are: people as leads, companies as accounts, else none."""
    if any(name in meanings("leads", columns) for name in OF_A_PERSON[:1]):
        return "leads"
    company = meanings("accounts", columns)
    if "account_name" in company and ("website" in company or "industry" in company or "employees" in company):
        return "accounts"
    return "leads" if {"full_name", "company"} <= meanings("leads", columns).keys() else ""
