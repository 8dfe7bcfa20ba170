"""How values look in a Salesforce export: times, dates, true and false, addresses, and the audit columns of every
object.
"""

import numpy as np
import polars as pl

from pipelines.demo.draw import Bools, Ints, Span


def stamp(moment: Ints, span: Span) -> pl.Series:
    """`2024-01-23T03:54:57.000+0000`; null for what has not happened."""
    return times(moment, span).dt.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def day(moment: Ints, span: Span) -> pl.Series:
    """`2024-01-23`; null for what has not happened."""
    return times(moment, span).dt.strftime("%Y-%m-%d")


def planned_day(moment: Ints) -> pl.Series:
    """A date that may lie ahead."""
    return pl.from_epoch(pl.Series(moment), time_unit="s").dt.strftime("%Y-%m-%d")


def times(moment: Ints, span: Span) -> pl.Series:
    """As timestamps (microseconds, UTC, without a zone), null for what has not happened."""
    seconds = pl.Series(moment)
    return (seconds.set((seconds >= span.end) | (seconds < 0), None) * 1_000_000).cast(pl.Datetime("us"))


def flag(value: Bools) -> pl.Series:
    """`1` for true, blank for false, as the export has them."""
    return pl.select(pl.when(pl.Series(value)).then(pl.lit("1")).otherwise(None)).to_series()


def unless(hidden: Bools, value: pl.Series) -> pl.Series:
    """`value`, null where hidden."""
    return pl.select(pl.when(~pl.Series(hidden)).then(value).otherwise(None)).to_series()


def money(value: pl.Series) -> pl.Series:
    return value.cast(pl.Decimal(18, 2))


def address(frame: pl.DataFrame, prefix: str, compound: str) -> pl.DataFrame:
    """Adds the compound address, JSON made of the street, city, state, code and country columns with this prefix."""

    def quoted(part: str) -> pl.Expr:
        text = pl.col(prefix + part)
        return pl.when(text.is_null()).then(pl.lit("null")).otherwise(pl.lit('"') + text + pl.lit('"'))

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


def audit(created: Ints, modified: Ints, creator: pl.Series, span: Span) -> dict[str, pl.Series]:
    """Created and changed, when and by whom; nothing changes before it was created."""
    last = np.maximum(created, modified)
    stamped = stamp(last, span)
    return {
        "CreatedDate": stamp(created, span),
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
