"""Which records are the same company or the same person.

What belongs here: every record of an entity that has more than one, as the export at its moment holds them. An account
is entered again; a person is a contact and a lead, several leads, or entered again.
"""

import numpy as np
import polars as pl

from pipelines.demo.company import Company
from pipelines.demo.draw import Bools, Ints
from pipelines.demo.draw import words as pick
from pipelines.demo.duplicates import ACCOUNT_KINDS, FIRST, PERSON_KINDS
from pipelines.demo.merges import Rows


def duplicates(company: Company) -> pl.DataFrame:
    """Rows (object, record_id, entity_id, kind, is_deleted): `entity_id` is the same for records of one entity, in all
    objects; `kind` says how the record came to be beside the first one; merged and deleted records are told, too.
    """
    kept, ids, now = company.kept, company.ids, company.now
    firm = company.records.accounts[kept.accounts.first]
    person = company.records.contacts[kept.contacts.first]
    lead = kept.leads.first
    converted = (company.leads.converted_at < now)[lead]
    come = np.where(kept.leads.kind != FIRST, kept.leads.kind, kept.lead_kind[lead])
    lead_kind = np.where((come == FIRST) & converted, len(PERSON_KINDS), come)
    account_kind = np.where(kept.accounts.kind == FIRST, len(ACCOUNT_KINDS), kept.accounts.kind)
    parts = [
        told("Account", ids.account, kept.accounts, now, firm, kind=pick([*ACCOUNT_KINDS, "first"], account_kind)),
        told("Contact", ids.contact, kept.contacts, now, person, kind=named(kept.contacts.kind, "first")),
        told("Lead", ids.lead, kept.leads, now, company.leads.person[lead], kind=named(lead_kind, "lead")),
    ]
    whole = pl.concat(parts).with_columns(
        entity_id=pl.format("{}-{}-{}", entity_word(), pl.lit(company.cell), pl.col("place"))
    )
    many = whole.filter(pl.len().over("entity_id") > 1)
    return many.select("object", "record_id", "entity_id", "kind", "is_deleted").sort(
        "entity_id", "object", "record_id"
    )


def entity_word() -> pl.Expr:
    return pl.when(pl.col("object") == "Account").then(pl.lit("company")).otherwise(pl.lit("person"))


def person_key(company: Company, person: Ints) -> pl.Series:
    """The key of a person in all tables of the truth."""
    return pl.Series([f"person-{company.cell}-"]) + pl.Series(person).cast(pl.String)


def there(rows: Rows, now: int) -> Bools:
    """The rows that an export at this moment holds."""
    held: Bools = (rows.created_at < now) & (rows.vanished_at >= now)
    return held


def named(kind: Ints, otherwise: str) -> pl.Series:
    """The word of each kind; one place more stands for a lead that became a contact."""
    return pick([*PERSON_KINDS, "converted", otherwise], np.where(kind == FIRST, len(PERSON_KINDS) + 1, kind))


def told(name: str, ids: pl.Series, rows: Rows, now: int, place: Ints, *, kind: pl.Series) -> pl.DataFrame:
    """The records of an object that are there, with the place of their entity."""
    frame = pl.DataFrame({"record_id": ids, "place": place, "kind": kind, "is_deleted": rows.deleted_at < now})
    return frame.with_columns(object=pl.lit(name)).filter(pl.Series(there(rows, now)))
