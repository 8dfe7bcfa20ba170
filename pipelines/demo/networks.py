"""The addresses that page views come from: firms' own, internet providers' that change hands, clouds', robots'.

What does not belong here: how an address is written, which is engagement.py's.
"""

from dataclasses import dataclass

import numpy as np

from pipelines.demo.company import Company
from pipelines.demo.draw import DAY, Bools, Ints
from pipelines.demo.firms import firms_per_cell
from pipelines.demo.tracking import chosen, scattered
from pipelines.demo.web import Visits

OFFICES, PROVIDERS, CLOUDS, CRAWLERS = (part << 24 for part in (11, 73, 34, 66))
"""First addresses of the blocks, each of 2^27 addresses: 11.0.0.0, 73.0.0.0, 34.0.0.0, 66.0.0.0."""
OFFICE_SIZE = 8
BLOCK = 1 << 27
STEP = 0x9E3779B1  # odd: numbers times this, modulo a power of two, are all different
CRAWLER_ADDRESSES = 64
WHERE, FIRM, SHARED, HOST, LEASE = range(5)


@dataclass(frozen=True)
class Origins:
    """Where each page view comes from: the address, the firm it really comes from (-1: none), and whether the address
    serves more than one household or firm.
    """

    address: Ints
    firm: Ints
    is_shared: Bools


def origins(company: Company, visits: Visits) -> Origins:
    """Of people of a firm with addresses of its own a part comes from there; so do some strangers. All others share
    what their provider or their cloud lends them.
    """
    rates, visitor = company.world.web.networks, visits.visitor
    salt = int(company.generator("networks").integers(2**31))
    has_office = company.generator("offices").random(len(company.firms)) < rates.office_firms
    person = np.where(visits.person >= 0, company.people.firm[visits.person], -1)
    stranger = (visits.person < 0) & ~visits.robot & ~visits.machine
    sits = stranger & chosen(visitor, salt + WHERE, rates.office_strangers)
    place = (scattered(visitor, salt + FIRM) * len(company.firms)).astype(np.int64)
    firm = np.where(sits & has_office[place], place, person)
    view = visitor * (company.span.end + 1) + visits.at
    there = (firm >= 0) & has_office[firm] & (sits | chosen(view, salt + WHERE, rates.office_views))
    host = scattered(visitor, salt + HOST)
    cloud = visits.machine | visits.robot | chosen(visitor, salt + SHARED, rates.shared)
    lease = scattered(visitor * 4096 + visits.at // int(rates.lease_days * DAY), salt + LEASE)
    pool = max(round((company.browsers + company.accounts * company.world.web.anonymous_cookies) / rates.sharers), 1)
    address = np.where(
        cloud,
        CLOUDS + (host * rates.shared_addresses).astype(np.int64) * STEP % BLOCK,
        PROVIDERS + (company.cell * pool + (lease * pool).astype(np.int64)) * STEP % BLOCK,
    )
    slot = (company.cell * firms_per_cell(company.world.firms) + firm) * STEP % (BLOCK // OFFICE_SIZE)
    address = np.where(there, OFFICES + slot * OFFICE_SIZE + (host * OFFICE_SIZE).astype(np.int64), address)
    declared = visits.robot & ~disguised(company, visits)
    address = np.where(declared, CRAWLERS + (host * CRAWLER_ADDRESSES).astype(np.int64), address)
    return Origins(address, firm, ~there)


def disguised(company: Company, visits: Visits) -> Bools:
    """Robots that call themselves browsers."""
    salt = int(company.generator("disguises").integers(2**31))
    return visits.robot & chosen(visits.visitor, salt, company.world.web.undeclared_robots)
