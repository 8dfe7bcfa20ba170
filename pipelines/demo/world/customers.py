"""What follows the first sale in a world file: products, renewals, deal records, service, billing, news, texts."""

from typing import Annotated, Literal, TypeVar

from pydantic import AfterValidator, Field, model_validator

from pipelines.demo.world.part import Part, Positive, Share

TextClass = Literal[
    "interested",
    "asks_price",
    "objection_budget",
    "objection_timing",
    "competitor",
    "not_interested",
    "out_of_office",
    "unsubscribe_request",
]


class Product(Part):
    """A product: what a unit costs a year, how readily it is bought (log-odds), by whom, and with which others.

    `industries` names industries of the world (others count for nothing), `with_products` products of the same world;
    an affinity given on one side holds for both. Before `from_day` of the history nobody can buy it.
    """

    price: Positive
    family: str
    base: float
    size: float = 0.0
    industries: dict[str, float] = Field(default_factory=dict)
    with_products: dict[str, float] = Field(default_factory=dict)
    from_day: Annotated[int, Field(ge=0)] = 0


class Customers(Part):
    products: Annotated[dict[str, Product], Field(min_length=1)]
    size_middle_log: float
    usual_basket: Positive
    uptake_least: Share
    discount_mean: float
    discount_sd: float
    discount_most: Annotated[int, Field(ge=0, lt=100)]
    term_days: Annotated[int, Field(ge=30)]
    need_effect: float
    health_sd: float
    drift_sd: float
    leave_rate: float
    leave_health: float
    leave_products: float
    leave_first_term: float
    shrink_rate: float
    shrink_health: float
    shrink_keeps: Annotated[float, Field(gt=0, lt=1)]
    shrink_drops: Share
    price_rise: Annotated[float, Field(gt=-1)]
    renewal_notice_days: Positive
    days_renewed: Positive
    days_shrunk: Positive
    days_left: Positive
    days_log_sd: float
    grace_days: Annotated[float, Field(ge=0)]
    renewal_stages: Annotated[int, Field(ge=1)]
    expansion_rate: float
    expansion_health: float
    expansion_seats: Share
    expansion_quantity: Positive
    expansion_win: float
    expansion_win_health: float
    expansion_win_discount: float
    expansion_window: Share
    expansion_days_won: Positive
    expansion_days_lost: Positive

    @model_validator(mode="after")
    def products_know_each_other(self) -> "Customers":
        for name, product in self.products.items():
            strangers = [other for other in product.with_products if other not in self.products]
            if strangers:
                raise ValueError(f"product {name!r} goes with {strangers[0]!r}, which is no product of this world")
        if all(product.from_day > 0 for product in self.products.values()):
            raise ValueError("no product can be bought from the first day: give one of them 'from_day: 0'")
        return self


class Common(Part):
    """A category that is only more or less common."""

    share: Share


class CasePriority(Common):
    hours: Positive


Kind = TypeVar("Kind", bound=Common)
Name = TypeVar("Name")


def some_share(kinds: dict[Name, Kind]) -> dict[Name, Kind]:
    if not any(kind.share > 0 for kind in kinds.values()):
        raise ValueError("every share is 0: give at least one of them a share above 0")
    return kinds


Commons = Annotated[dict[str, Common], AfterValidator(some_share)]


class LossReason(Part):
    share: Share
    renewal_share: Share


class DealRecords(Part):
    """How the CRM shows a deal, whatever its kind."""

    priced_from_stage: Annotated[int, Field(ge=0)]
    next_step: Share
    described: Share
    loss_reasons: Annotated[dict[str, LossReason], Field(min_length=1)]
    lost_to: str
    competitors: Commons
    competitor_early: Share
    competitor_late: Share
    further_roles: Annotated[float, Field(ge=0)]
    role_missing: Share


class Service(Part):
    case_rate: float
    case_health: float
    case_size: float
    priorities: Annotated[dict[str, CasePriority], AfterValidator(some_share)]
    reasons: Commons
    origins: Commons
    hours_log_sd: float
    described: Share
    unnamed: Share
    use_rate: float
    use_health: float
    use_noise: float
    sessions_log: float
    sessions_health: float


class Billing(Part):
    every_months: Annotated[dict[Annotated[int, Field(ge=1, le=12)], Common], AfterValidator(some_share)]
    due_days: Positive
    late_rate: float
    late_health: float
    late_days: Positive
    late_log_sd: float
    early_days: Positive
    fetch_hours: Positive


class NewsKind(Part):
    """`per_year` of these for each firm; for `days` after one, log-odds of demand and of leaving are moved."""

    per_year: Annotated[float, Field(ge=0)]
    days: Positive
    demand: float
    leaving: float


class News(Part):
    kinds: Annotated[dict[str, NewsKind], Field(min_length=1)]
    coverage: Share
    fetch_days: Positive
    size_effect: float
    sources: Commons


class Said(Part):
    """How often a class of text is said by people of a good, a bad and no fate, relative to the other classes.

    `intent` moves the logarithm of that weight per unit of hidden intent; `reason` names the loss reason it belongs to.
    """

    good: Annotated[float, Field(ge=0)]
    bad: Annotated[float, Field(ge=0)]
    idle: Annotated[float, Field(ge=0)]
    intent: float = 0.0
    reason: str = ""


class Texts(Part):
    call_share: Share
    talked: Share
    call_noted: Share
    mail_kept: Share
    answered: Share
    answer_hours: Positive
    answer_log_sd: float
    automatic_minutes: Positive
    rewritten: Share
    rewritten_days: Positive
    own_language: Share
    asides: Share
    vague: Share
    reason_factor: Annotated[float, Field(ge=0)]
    classes: dict[TextClass, Said]

    @model_validator(mode="after")
    def everybody_has_something_to_say(self) -> "Texts":
        for fate in ("good", "bad", "idle"):
            if not any(getattr(said, fate) > 0 for said in self.classes.values()):
                raise ValueError(f"people of {fate!r} fate say nothing: give one of the classes a weight above 0")
        return self
