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
}


def record_ids(kind: str, count: int, rng: np.random.Generator, instance: str = INSTANCE) -> pl.Series:
    """`count` ids of one object, ascending, with the gaps that other tenants of an instance leave."""
    start = int(rng.integers(10**6, 10**7))
    sequence = start + np.cumsum(rng.integers(1, 60, count))
    letters = np.empty((count, 18), dtype=np.uint8)
    letters[:, :6] = np.frombuffer((PREFIXES[kind] + instance + "0").encode(), dtype=np.uint8)
    for place in range(14, 5, -1):
        letters[:, place] = BASE62[sequence % 62]
        sequence = sequence // 62
    letters[:, 15:] = case_suffix(letters[:, :15])
    return pl.Series(kind, letters.reshape(-1).view("S18").astype("U18"), dtype=pl.String)


def case_suffix(letters: Letters) -> Letters:
    """The three check characters of each 15-character id: bit i of a character says that letter i of its five is a
    capital.
    """
    capital = (letters >= ord("A")) & (letters <= ord("Z"))
    weights = np.array([1, 2, 4, 8, 16])
    suffix: Letters = CASE32[(capital.reshape(-1, 3, 5) * weights).sum(axis=2)]
    return suffix


def refer(ids: pl.Series, places: Ints) -> pl.Series:
    """The ids at these places; null where a place is negative."""
    index = pl.Series(places, dtype=pl.Int64)
    return ids.gather(index.set(index < 0, None))
