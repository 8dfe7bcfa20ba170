"""The currencies of the company: which record is in which, and what each was worth when.

What belongs here: codes by country, rates that are renewed every so often, and the CRM's two files of them. Amounts in
the simulation are in the corporate currency; a writer turns them into the record's own.
"""

import numpy as np
import polars as pl

from pipelines.demo.columns import audit, flag
from pipelines.demo.company import Company
from pipelines.demo.draw import DAY, Floats, Ints
from pipelines.demo.draw import words as pick
from pipelines.demo.ids import record_ids

LAST_DAY = "9999-12-31"


def codes(company: Company) -> list[str]:
    """The corporate currency first."""
    made = company.world.exports.currencies
    return [made.corporate, *(code for code in made.others if code != made.corporate)]


def is_multi(company: Company) -> bool:
    """Whether the export has columns and files of currencies at all."""
    return len(codes(company)) > 1


def place_of(company: Company, firm: Ints) -> Ints:
    """The place in `codes` of the currency of each firm's country; the corporate one where no currency names it."""
    named, others = codes(company), company.world.exports.currencies.others
    by_country = [
        next((named.index(code) for code in named[1:] if country in others[code].countries), 0)
        for country in company.world.firms.countries
    ]
    return np.array(by_country, dtype=np.int64)[company.firms.country[firm]]


def currency_column(company: Company, firm: Ints) -> dict[str, pl.Series]:
    """CurrencyIsoCode of records of these firms, no column where the company has one currency."""
    return {"CurrencyIsoCode": pick(codes(company), place_of(company, firm))} if is_multi(company) else {}


def corporate_column(company: Company, count: int) -> dict[str, pl.Series]:
    """CurrencyIsoCode of records that are all in the corporate currency."""
    return {"CurrencyIsoCode": pl.Series([codes(company)[0]] * count, dtype=pl.String)} if is_multi(company) else {}


def in_currency(company: Company, firm: Ints, amount: Floats, at: Ints) -> Floats:
    """Corporate amounts in the currency of each firm, at the rate of each moment."""
    table = rates(company)
    period = np.clip((at - company.span.start) // renewal(company), 0, table.shape[1] - 1)
    return np.asarray(amount * table[place_of(company, firm), period], dtype=np.float64)


def renewal(company: Company) -> int:
    return company.world.exports.currencies.renewal_days * DAY


def rates(company: Company) -> Floats:
    """Units of each currency per corporate unit (currencies x periods): a random walk from the world's rates."""
    made, named = company.world.exports.currencies, codes(company)
    periods = int(company.span.seconds // renewal(company)) + 1
    steps = company.setup_generator("rates").standard_normal((len(named), periods))
    steps[:, 0] = 0.0
    walk = np.cumsum(steps, axis=1)
    size = np.array([0.0] + [made.others[code].log_sd for code in named[1:]])
    start = np.array([1.0] + [made.others[code].rate for code in named[1:]])
    return np.asarray(np.round(start[:, None] * np.exp(size[:, None] * walk), 6), dtype=np.float64)


def currency_types(company: Company) -> pl.DataFrame:
    """One row per currency with its rate at the export's moment."""
    named, table, now = codes(company), rates(company), company.now
    period = int(min(max((now - 1 - company.span.start) // renewal(company), 0), table.shape[1] - 1))
    first = np.full(len(named), company.span.migration)
    changed = np.maximum(first, company.span.start + period * renewal(company))
    return pl.DataFrame(
        {
            "Id": record_ids("CurrencyType", len(named), company.setup_generator("currencies")),
            "IsoCode": named,
            "ConversionRate": table[:, period],
            "DecimalPlaces": [2] * len(named),
            "IsActive": ["1"] * len(named),
            "IsCorporate": flag(np.arange(len(named)) == 0),
            **audit(first, changed, company.integration_user(len(named)), now),
        }
    )


def dated_rates(company: Company) -> pl.DataFrame:
    """One row per currency and first day of a rate; the last known one holds for good."""
    named, table, now = codes(company), rates(company), company.now
    place, period = (part.ravel() for part in np.indices(table.shape))
    since = company.span.start + period * renewal(company)
    following = since + renewal(company)
    entered = np.maximum(since, company.span.migration)
    day = [
        pl.Series(moment // DAY, dtype=pl.Int32).cast(pl.Date).dt.strftime("%Y-%m-%d") for moment in (since, following)
    ]
    last = pl.Series((following >= now) | (period == table.shape[1] - 1))
    changed = np.where(following < now, following, entered)
    frame = pl.DataFrame(
        {
            "Id": record_ids("DatedConversionRate", len(place), company.setup_generator("dated rates")),
            "IsoCode": pick(named, place),
            "StartDate": day[0],
            "NextStartDate": pl.select(pl.when(last).then(pl.lit(LAST_DAY)).otherwise(day[1])).to_series(),
            "ConversionRate": table.ravel(),
            **audit(entered, changed, company.integration_user(len(place)), now),
        }
    )
    return frame.filter(pl.Series(since < now))


def currencies(company: Company) -> list[tuple[str, pl.DataFrame]]:
    """The files of a company with several currencies, by object."""
    if not is_multi(company):
        return []
    return [("CurrencyType", currency_types(company)), ("DatedConversionRate", dated_rates(company))]
