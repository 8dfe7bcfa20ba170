"""How values look in a Salesforce export: times, dates, true and false, addresses, and the audit columns of every
object.
"""

from functools import cache

import numpy as np
import polars as pl

from pipelines.demo.draw import DAY, Bools, Ints
from pipelines.errors import GrowthError

LAST_DAY = 60_000  # plans reach far ahead, but not beyond 2134
MOST_MONEY = 1e15


def stamp(moment: Ints, now: int) -> pl.Series:
    """`2024-01-23T03:54:57.000+0000`; null for what has not happened before `now`."""
    happened = (moment >= 0) & (moment < now)
    day, second = np.divmod(np.where(happened, moment, 0), DAY)
    clock = pl.lit(days().gather(day)) + pl.lit("T") + pl.lit(seconds_of_day().gather(second))
    return pl.select(pl.when(pl.Series(happened)).then(clock)).to_series()


def day(moment: Ints, now: int) -> pl.Series:
    """`2024-01-23`; null for what has not happened before `now`."""
    happened = (moment >= 0) & (moment < now)
    return unless(~happened, days().gather(np.where(happened, moment, 0) // DAY))


def planned_day(moment: Ints) -> pl.Series:
    """A date that may lie ahead."""
    return days().gather(np.asarray(moment, dtype=np.int64) // DAY)


def times(moment: Ints, now: int) -> pl.Series:
    """As timestamps (microseconds, UTC, without a zone), null for what has not happened before `now`."""
    seconds = pl.Series(moment)
    return (seconds.set((seconds >= now) | (seconds < 0), None) * 1_000_000).cast(pl.Datetime("us"))


def stamp_of(moment: int) -> str:
    """One moment, whenever it is."""
    return str(stamp(np.array([moment]), moment + 1)[0])


@cache
def days() -> pl.Series:
    """Every day since 1970 as it is written: each is spelled once."""
    return pl.Series(np.arange(LAST_DAY), dtype=pl.Int32).cast(pl.Date).dt.strftime("%Y-%m-%d")


@cache
def seconds_of_day() -> pl.Series:
    """Every second of a day as it is written."""
    return pl.Series(np.arange(DAY) * 1_000_000).cast(pl.Datetime("us")).dt.strftime("%H:%M:%S.000+0000")


def flag(value: Bools) -> pl.Series:
    """`1` for true, blank for false, as the export has them."""
    return pl.select(pl.when(pl.Series(value)).then(pl.lit("1")).otherwise(None)).to_series()


def unless(hidden: Bools, value: pl.Series) -> pl.Series:
    """`value`, null where hidden."""
    return pl.select(pl.when(~pl.Series(hidden)).then(value).otherwise(None)).to_series()


def money(value: pl.Series) -> pl.Series:
    """Amounts in whole cents. GrowthError where one is too large for a CRM's 18 digits."""
    most = value.cast(pl.Float64).abs().max()
    if isinstance(most, float) and most >= MOST_MONEY:
        raise GrowthError(
            f"The world brings an amount of {most:,.0f}, and a CRM holds amounts below {MOST_MONEY:,.0f}: lower "
            "deals.amount_log, the prices of customers.products or the rates of exports.currencies."
        )
    return value.cast(pl.Decimal(18, 2))


def address(frame: pl.DataFrame, prefix: str, compound: str) -> pl.DataFrame:
    """Adds the compound address, JSON made of the street, city, state, code and country columns with this prefix."""

    def quoted(part: str) -> pl.Expr:
        text = pl.col(prefix + part)
        inside = text.str.replace_all("\\", "\\\\", literal=True).str.replace_all('"', '\\"', literal=True)
        return pl.when(text.is_null()).then(pl.lit("null")).otherwise(pl.lit('"') + inside + pl.lit('"'))

    made = pl.concat_str(
        pl.lit('{"city":'),
        quoted("City"),
        pl.lit(',"country":'),
        quoted("Country"),
        pl.lit(',"geocodeAccuracy":null,"latitude":null,"longitude":null,"postalCode":'),
        quoted("PostalCode"),
        pl.lit(',"state":'),
        quoted("State"),
        pl.lit(',"street":'),
        quoted("Street"),
        pl.lit("}"),
    )
    return frame.with_columns(pl.when(pl.col(prefix + "Country").is_null()).then(None).otherwise(made).alias(compound))


def audit(created: Ints, modified: Ints, creator: pl.Series, now: int) -> dict[str, pl.Series]:
    """Created and changed, when and by whom; nothing changes before it was created, nothing shows from `now` on."""
    last = np.maximum(created, modified)
    stamped = stamp(last, now)
    return {
        "CreatedDate": stamp(created, now),
        "CreatedById": creator,
        "LastModifiedDate": stamped,
        "LastModifiedById": creator,
        "SystemModstamp": stamped,
    }


def latest(group: Ints, moment: Ints, groups: int, end: int) -> Ints:
    """The last moment before `end` of each group, -1 for a group without one; negative groups count for nothing."""
    last = np.full(groups, -1, dtype=np.int64)
    counts = (group >= 0) & (moment < end)
    np.maximum.at(last, group[counts], moment[counts])
    return last
