"""Salesforce record ids.

What belongs here: 15 base-62 characters (key prefix, instance, sequence) and the 3 characters that spell their case, so
that the id survives a program that ignores case (Salesforce, "How to convert a 15-character Id to an 18-character Id").
"""

from typing import TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.demo.draw import Ints

Letters: TypeAlias = NDArray[np.uint8]

BASE62 = np.frombuffer(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", dtype=np.uint8)
CASE32 = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", dtype=np.uint8)
PLACES = np.arange(62**3)
THREES: Letters = np.stack([BASE62[PLACES // 62**2], BASE62[PLACES // 62 % 62], BASE62[PLACES % 62]], axis=1)
CAPITALS = (((ord("A") <= THREES) & (ord("Z") >= THREES)) * np.array([1, 2, 4])).sum(axis=1)
"""Which of three letters are capitals, as bits: the first letter is the lowest."""
CELL_RANGE = 10**10
INSTANCE = "Hs"
OTHER_INSTANCE = "Hx"  # for rows that must not meet any other id
PREFIXES = {
    "Account": "001",
    "Contact": "003",
    "User": "005",
    "Opportunity": "006",
    "OpportunityHistory": "008",
    "OpportunityLineItem": "00k",
    "Queue": "00G",
    "Lead": "00Q",
    "LeadHistory": "00Y",
    "Task": "00T",
    "Event": "00U",
    "CampaignMember": "00v",
    "RecordType": "012",
    "OpportunityFieldHistory": "017",
    "Product2": "01t",
    "CampaignMemberStatus": "01Y",
    "OpportunityStage": "01J",
    "Campaign": "701",
    "OpportunityContactRole": "00K",
    "Contract": "800",
    "Asset": "02i",
    "Case": "500",
    "EmailMessage": "02s",
    "AccountHistory": "017",
    "ContactHistory": "017",
    "CurrencyType": "01L",
    "DatedConversionRate": "04w",
}


def record_ids(
    kind: str, count: int, rng: np.random.Generator, instance: str = INSTANCE, *, cell: int = 0
) -> pl.Series:
    """`count` ids of one object, ascending, with the gaps that other tenants of an instance leave.

    Each cell counts in a range of its own, so that no two cells name a record alike; what all cells share is of cell 0.
    """
    sequence = cell * CELL_RANGE + int(rng.integers(10**6, 10**7)) + np.cumsum(rng.integers(1, 60, count))
    rest, low = np.divmod(sequence, len(THREES))
    high, middle = np.divmod(rest, len(THREES))
    letters = np.empty((count, 18), dtype=np.uint8)
    letters[:, :6] = np.frombuffer((PREFIXES[kind] + instance + "0").encode(), dtype=np.uint8)
    letters[:, 6:9], letters[:, 9:12], letters[:, 12:15] = THREES[high], THREES[middle], THREES[low]
    capitals = CAPITALS[high] << 6 | CAPITALS[middle] << 9 | CAPITALS[low] << 12
    for five, head in enumerate((capital_bits(letters[:1, :6]) if count else 0, 0, 0)):
        letters[:, 15 + five] = CASE32[((capitals | head) >> 5 * five) & 31]
    return pl.Series(kind, letters.view("S18").ravel()).cast(pl.String)


def capital_bits(letters: Letters) -> int:
    """Bit i says that letter i of the one row is a capital."""
    capital = (letters >= ord("A")) & (letters <= ord("Z"))
    return int((capital[0] << np.arange(letters.shape[1])).sum())


def refer(ids: pl.Series, places: Ints) -> pl.Series:
    """The ids at these places; null where a place is negative."""
    index = pl.Series(places, dtype=pl.Int64)
    return ids.gather(index.set(index < 0, None))
