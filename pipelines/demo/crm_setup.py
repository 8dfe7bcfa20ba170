"""The set-up objects as the export shows them: users, record types, opportunity stages, products."""

import numpy as np
import polars as pl

from pipelines.demo import words
from pipelines.demo.columns import audit, flag
from pipelines.demo.company import Company
from pipelines.demo.draw import DAY, Bools
from pipelines.demo.draw import words as pick
from pipelines.demo.ids import record_ids


def user_names(company: Company) -> pl.Series:
    """The name of each representative, by place."""
    rng, count = company.setup_generator("users"), company.world.sales.representatives
    first = pick(words.FIRST_NAMES, rng.integers(0, len(words.FIRST_NAMES), count))
    return first + pl.Series([" "]) + pick(words.LAST_NAMES, rng.integers(0, len(words.LAST_NAMES), count))


def users(company: Company) -> pl.DataFrame:
    """Everybody who owns records but the queues, which are no users, and one who is missing from the export."""
    sales, span = company.world.sales, company.span
    total = sales.representatives + 2
    row = np.delete(np.arange(total), sales.representatives - 1)
    names = user_names(company).extend(pl.Series(["Marketing Team", "Integration User"])).gather(row)
    left: Bools = row < sales.inactive
    created = np.full(len(row), span.migration)
    left_at = np.where(left, np.maximum(span.end - int(sales.inactive_days * DAY), created), created)
    return pl.DataFrame(
        {
            "Id": company.ids.owner.gather(row),
            "Username": names.str.to_lowercase().str.replace_all(r"[^a-z]+", ".") + pl.Series(["@growth.example"]),
            "FirstName": names.str.extract(r"^(\S+)", 1),
            "LastName": names.str.extract(r"^\S+ (.*)$", 1),
            "Name": names,
            "Email": names.str.to_lowercase().str.replace_all(r"[^a-z]+", ".") + pl.Series(["@growth.example"]),
            "Title": pick(("Account Executive", "Operations"), (row >= sales.representatives).astype(np.int64)),
            "Department": pick(("Sales", "Marketing"), (row >= sales.representatives).astype(np.int64)),
            "IsActive": flag(~left | (left_at >= company.now)),
            "UserType": pl.Series(["Standard"] * len(row)),
            **audit(
                created,
                np.where(left_at < company.now, left_at, created),
                company.ids.owner.gather(np.full(len(row), total - 1)),
                company.now,
            ),
        }
    )


def record_types(company: Company) -> pl.DataFrame:
    kinds = (
        ("Business Account", "Account", ""),
        ("Person Account", "Account", "1"),
        ("New Business", "Opportunity", ""),
        ("Renewal", "Opportunity", ""),
    )
    created = np.full(len(kinds), company.span.migration)
    return pl.DataFrame(
        {
            "Id": company.ids.record_type,
            "Name": [name for name, _, _ in kinds],
            "DeveloperName": [name.replace(" ", "_") for name, _, _ in kinds],
            "SobjectType": [kind for _, kind, _ in kinds],
            "IsActive": ["1"] * len(kinds),
            "IsPersonType": [person or None for _, _, person in kinds],
            **audit(
                created,
                created,
                company.integration_user(len(kinds)),
                company.now,
            ),
        }
    )


def opportunity_stages(company: Company) -> pl.DataFrame:
    stages = company.world.deals.stages
    created, count = np.full(len(stages), company.span.migration), len(stages)
    return pl.DataFrame(
        {
            "Id": record_ids("OpportunityStage", count, company.setup_generator("stages")),
            "MasterLabel": list(stages),
            "ApiName": list(stages),
            "IsActive": ["1"] * count,
            "SortOrder": list(range(1, count + 1)),
            "IsClosed": ["1" if place >= count - 2 else None for place in range(count)],
            "IsWon": ["1" if place == count - 2 else None for place in range(count)],
            "ForecastCategory": [level.forecast for level in stages.values()],
            "DefaultProbability": [level.probability for level in stages.values()],
            **audit(
                created,
                created,
                company.integration_user(count),
                company.now,
            ),
        }
    )


def products(company: Company) -> pl.DataFrame:
    made, count = company.world.customers.products, len(company.world.customers.products)
    created = np.full(count, company.span.migration)
    return pl.DataFrame(
        {
            "Id": company.ids.product,
            "IsDeleted": pl.Series([None] * count, dtype=pl.String),
            "Name": list(made),
            "ProductCode": [f"P-{place + 1:03d}" for place in range(count)],
            "Family": [level.family for level in made.values()],
            "IsActive": ["1"] * count,
            "Description": [f"{name}, per year" for name in made],
            **audit(
                created,
                created,
                company.integration_user(count),
                company.now,
            ),
        }
    )
