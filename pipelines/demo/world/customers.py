"""What follows the first sale in a world file: products, renewals, deal records, service, billing, news, texts."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from pipelines.demo.world.part import Days, Effect, Hours, Mean, Name, Part, Positive, Share, Spread, some_share

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
    family: Name
    base: Effect
    size: Effect = 0.0
    industries: dict[Name, Effect] = Field(default_factory=dict)
    with_products: dict[Name, Effect] = Field(default_factory=dict)
    from_day: Annotated[int, Field(ge=0)] = 0


class Customers(Part):
    products: Annotated[dict[Name, Product], Field(min_length=1, max_length=200)]
    size_middle_log: Effect
    usual_basket: Positive
    uptake_least: Share
    discount_mean: Annotated[float, Field(ge=0, lt=100)]
    discount_sd: Annotated[float, Field(ge=0, le=100)]
    discount_most: Annotated[int, Field(ge=0, lt=100)]
    term_days: Annotated[int, Field(ge=30, le=3653)]
    need_effect: Effect
    health_sd: Spread
    drift_sd: Spread
    leave_rate: Effect
    leave_health: Effect
    leave_products: Effect
    leave_first_term: Effect
    shrink_rate: Effect
    shrink_health: Effect
    shrink_keeps: Annotated[float, Field(gt=0, lt=1)]
    shrink_drops: Share
    price_rise: Annotated[float, Field(gt=-1, le=1)]
    renewal_notice_days: Days
    days_renewed: Days
    days_shrunk: Days
    days_left: Days
    days_log_sd: Spread
    grace_days: Annotated[float, Field(ge=0, le=3653)]
    renewal_stages: Annotated[int, Field(ge=1)]
    expansion_rate: Effect
    expansion_health: Effect
    expansion_seats: Share
    expansion_quantity: Annotated[float, Field(gt=0, le=1000)]
    expansion_win: Effect
    expansion_win_health: Effect
    expansion_win_discount: Effect
    expansion_window: Share
    expansion_days_won: Days
    expansion_days_lost: Days

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
    hours: Hours


Commons = Annotated[dict[Name, Common], AfterValidator(some_share)]


class LossReason(Part):
    share: Share
    renewal_share: Share


class DealRecords(Part):
    """How the CRM shows a deal, whatever its kind."""

    priced_from_stage: Annotated[int, Field(ge=0)]
    next_step: Share
    described: Share
    loss_reasons: Annotated[dict[Name, LossReason], AfterValidator(some_share)]
    lost_to: str
    competitors: Commons
    competitor_early: Share
    competitor_late: Share
    further_roles: Mean
    role_missing: Share


class Service(Part):
    case_rate: Effect
    case_health: Effect
    case_size: Effect
    priorities: Annotated[dict[str, CasePriority], AfterValidator(some_share)]
    reasons: Commons
    origins: Commons
    hours_log_sd: Spread
    described: Share
    unnamed: Share
    use_rate: Effect
    use_health: Effect
    use_noise: Spread
    sessions_log: Effect
    sessions_health: Effect


class Billing(Part):
    every_months: Annotated[dict[Annotated[int, Field(ge=1, le=12)], Common], AfterValidator(some_share)]
    due_days: Days
    late_rate: Effect
    late_health: Effect
    late_days: Days
    late_log_sd: Spread
    early_days: Days
    fetch_hours: Hours


class NewsKind(Part):
    """`per_year` of these for each firm; for `days` after one, log-odds of demand and of leaving are moved."""

    per_year: Mean
    days: Days
    demand: Effect
    leaving: Effect


class News(Part):
    kinds: dict[Name, NewsKind]
    coverage: Share
    fetch_days: Days
    size_effect: Effect
    sources: Commons


class Said(Part):
    """How often a class of text is said by people of a good, a bad and no fate, relative to the other classes.

    `intent` moves the logarithm of that weight per unit of hidden intent; `reason` names the loss reason it belongs to.
    """

    good: Annotated[float, Field(ge=0)]
    bad: Annotated[float, Field(ge=0)]
    idle: Annotated[float, Field(ge=0)]
    intent: Effect = 0.0
    reason: str = ""


class Texts(Part):
    call_share: Share
    talked: Share
    call_noted: Share
    mail_kept: Share
    answered: Share
    answer_hours: Hours
    answer_log_sd: Spread
    automatic_minutes: Positive
    rewritten: Share
    rewritten_days: Days
    own_language: Share
    asides: Share
    vague: Share
    reason_factor: Annotated[float, Field(ge=0, le=1e6)]
    classes: dict[TextClass, Said]

    @model_validator(mode="after")
    def everybody_has_something_to_say(self) -> "Texts":
        for fate in ("good", "bad", "idle"):
            if not any(getattr(said, fate) > 0 for said in self.classes.values()):
                raise ValueError(f"people of {fate!r} fate say nothing: give one of the classes a weight above 0")
        return self
