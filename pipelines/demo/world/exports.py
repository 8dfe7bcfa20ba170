"""What real exports hold, in a world file: copies, merges, refusals, gaps, leaks, custom columns, currencies, history.

The rows of an export are made from what happened; these rates say what people and systems did to the rows.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from pipelines.demo.world.part import Days, Effect, Hours, Name, Part, Positive, Share, Spread, some_weight

ObjectName = Literal["Account", "Contact", "Lead", "Opportunity"]
CustomName = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*__c$")]
CurrencyCode = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Count = Annotated[int, Field(ge=0)]
Year = Annotated[int, Field(ge=1000, le=2100)]
CompanyTyped = Literal["as_is", "short", "small_letters", "capitals"]
AccountKind = Literal["typo", "legal_form", "abbreviation", "translation", "domain", "two_representatives"]
PersonKind = Literal["typo", "short_name", "free_mail", "plus_tag", "letter_case", "sent_twice"]
Trait = Literal["industry", "country", "size", "seniority", "function", "source"]
ColumnKind = Literal[
    "number", "choice", "flag", "text_id", "code", "constant", "date", "url", "percent", "note", "age_days", "score"
]
WITH_EFFECT = ("number", "choice", "flag")


class CustomColumn(Part):
    """A column of the company's own. `effect` is in log-odds of the firm's fit per standard deviation; `levels` counts
    the values of a choice or a code. Ages and scores are formulas: they move without a modstamp.
    """

    object: ObjectName
    name: CustomName
    kind: ColumnKind
    effect: Effect
    missing: Share
    known: Literal["at_creation", "tracked"]
    levels: Annotated[int, Field(ge=1, le=1_000_000)] = 1

    @model_validator(mode="after")
    def an_effect_needs_a_value(self) -> "CustomColumn":
        if self.effect and (self.kind not in WITH_EFFECT or self.object not in ("Account", "Lead")):
            raise ValueError("an effect needs a number, choice or flag of Account or Lead")
        return self


class Copies(Part):
    """Rows of one object that somebody entered again. Shares of the first rows, of the copies, of the merged ones."""

    share: Share
    days: Days
    blank: Share
    merged: Share
    merged_after_days: Days
    chained: Share
    survivor_deleted: Share


class Duplicates(Part):
    accounts: Copies
    contacts: Copies
    leads: Copies
    account_kinds: dict[AccountKind, Share]
    person_kinds: dict[PersonKind, Share]
    second_days: Days
    split_children: Share
    respelled: Share


class Removed(Part):
    """Shares of idle rows: soft deletes, and rows that are gone without a trace."""

    deleted: Share
    vanished: Share


class Removals(Part):
    accounts: Removed
    contacts: Removed
    leads: Removed


class Refusals(Part):
    """Opt-outs that a person told sales, and what becomes of refusals in the rows."""

    opted_out: Share
    after_days: Days
    bounce_noted: Share


class Missing(Part):
    """A column with gaps: a share of the rows, another one for the rows of some levels of a trait."""

    object: ObjectName
    column: str
    share: Share
    by: Trait | None = None
    levels: dict[str, Share] = Field(default_factory=dict)


class Leak(Part):
    """A column that sales fills because of the outcome (first win of an account, conversion of a lead, close of an
    opportunity). `before` and `after` are the shares filled before and after it, `shift` moves a number by so many
    standard deviations.
    """

    object: Literal["Account", "Lead", "Opportunity"]
    name: CustomName
    kind: Literal["obvious", "subtle", "null_pattern"]
    before: Share
    after: Share
    after_days: Days
    shift: Effect


class FieldHistory(Part):
    starts_day: Count
    keep_days: Annotated[int, Field(ge=1)]


class Changes(Part):
    """Attributes that change while the record lives: shares of the rows."""

    industry_corrected: Share
    employees_updated: Share
    employees_log_sd: Spread
    moved: Share
    promoted: Share
    owner_changed: Share


class Currency(Part):
    """Units per unit of the corporate currency at the start; `log_sd` per renewal of the rate."""

    rate: Positive
    log_sd: Spread
    countries: list[Name]


class Currencies(Part):
    corporate: CurrencyCode
    renewal_days: Annotated[int, Field(ge=1, le=36_525)]
    others: dict[CurrencyCode, Currency]


class Broken(Part):
    """A row to plant, with one value that breaks its contract (blank: none)."""

    object: str
    column: str
    value: str


class Exports(Part):
    """`repeated` and `older` count rows by object: of accounts and leads alone there are older versions."""

    typed_prospect: Share
    queue_accounts: Share
    edited: Share
    edited_within_hours: Hours
    company_typed: Annotated[dict[CompanyTyped, Share], AfterValidator(some_weight)]
    notes: dict[ObjectName, Share]
    founded: tuple[Year, Year]
    missing: list[Missing]
    duplicates: Duplicates
    removals: Removals
    refusals: Refusals
    changes: Changes
    field_history: FieldHistory
    currencies: Currencies
    leaks: list[Leak]
    repeated: dict[str, Count]
    older: dict[str, Count]
    broken: list[Broken]

    @model_validator(mode="after")
    def older_versions_need_a_name(self) -> "Exports":
        if other := self.older.keys() - {"Account", "Lead"}:
            raise ValueError(f"older rows are of Account and Lead, not of {', '.join(sorted(other))}")
        if self.founded[0] > self.founded[1]:
            raise ValueError(f"founded begins with the earlier year, and {self.founded[0]} is later")
        return self
