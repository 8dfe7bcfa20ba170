"""Reaching people in a world file: campaigns and mails, page views and forms, calls and meetings."""

from typing import Annotated

from pydantic import AfterValidator, Field

from pipelines.demo.world.part import Days, Effect, Hours, Least, Mean, Part, Positive, Share, Spread, some_weight


def ascending(ends: tuple[float, float]) -> tuple[float, float]:
    if ends[0] > ends[1]:
        raise ValueError(f"a range begins with its lower end, and {ends[0]} lies above {ends[1]}")
    return ends


def some_form(shares: list[float]) -> list[float]:
    if not any(share > 0 for share in shares):
        raise ValueError("every share is 0: give at least one kind of form a share above 0")
    return shares


Range = Annotated[tuple[Least, Least], AfterValidator(ascending)]
Every = Annotated[int, Field(ge=1, le=36_525)]
DayNumber = Annotated[int, Field(ge=0, le=36_525)]
ShortDays = Annotated[float, Field(ge=0, le=36_525)]


class Marketing(Part):
    email_every_days: Every
    newsletter_every_days: Every
    webinar_every_days: Every
    trade_show_every_days: Every
    list_every_days: Every
    first_days: Annotated[list[DayNumber], Field(min_length=5, max_length=5)]
    start_hour: Annotated[float, Field(ge=0, lt=24)]
    plan_days: ShortDays
    run_days: ShortDays
    send_hours: Hours
    costs: Annotated[list[Least], Field(min_length=7, max_length=7)]
    cost_log_sd: Spread
    overrun: Range
    audience: Share
    list_audience: Share
    audience_days: Days
    upload_seconds: Positive
    join_seconds: Least
    follow_up_days: list[DayNumber]
    follow_up_hours: Hours
    delivery_seconds: Range
    open_rate: Effect
    open_intent: Effect
    open_hours: Hours
    open_seconds: Least
    click_rate: Effect
    click_intent: Effect
    click_seconds: Positive
    prefetch: Share
    prefetch_seconds: Range
    machine_click_firms: Share
    scanner_seconds: Least
    unsubscribe: Share
    spam_report: Share
    leave_seconds: Least
    webinar_attended: Share
    trade_show_attended: Share


class Networks(Part):
    """Where page views come from: firms with addresses of their own, providers' addresses that change hands, clouds."""

    office_firms: Share
    office_views: Share
    office_strangers: Share
    shared: Share
    shared_addresses: Annotated[int, Field(ge=1, le=10_000_000)]
    sharers: Positive
    lease_days: Annotated[float, Field(ge=1, le=36_525)]


class Tracking(Part):
    """What the tracking does to events on their way: some come late, some twice."""

    late: Share
    late_hours: Hours
    twice: Share


class Web(Part):
    lead_before: Effect
    lead_after: Effect
    after_shape: Positive
    intent_effect: Effect
    intent_before: Effect
    after_days: Days
    before_days: Days
    before_seconds: Least
    customer_views: Mean
    pricing_intent: Effect
    pricing_rate: Effect
    page_zipf: Annotated[float, Field(ge=0, le=20)]
    view_seconds: Positive
    extra_form: Mean
    form_mix: Annotated[list[Share], Field(min_length=6, max_length=6), AfterValidator(some_form)]
    form_seconds: Range
    form_page_seconds: Least
    call_instead: Share
    landing_seconds: Least
    scanner_views: Share
    stranger_pricing: Share
    deal_views: Mean
    deal_view_days: Days
    second_cookie: Share
    anonymous_cookies: Mean
    anonymous_views: Annotated[float, Field(ge=1, le=10_000)]
    anonymous_returns: Share
    anonymous_days: Days
    anonymous_seconds: Positive
    robots: Mean
    robot_views: Annotated[float, Field(ge=0, le=1e6)]
    robot_seconds: Positive
    undeclared_robots: Share
    referrers: Annotated[dict[str, Share], AfterValidator(some_weight)]
    advertisements: Annotated[dict[str, Share], AfterValidator(some_weight)]
    networks: Networks
    tracking: Tracking


class Activities(Part):
    """Calls, mails and meetings of sales."""

    attempts: Mean
    attempt_gap_days: Days
    attempt_gap_growth: Annotated[float, Field(gt=0, le=1000)]
    deal_tasks: Mean
    deal_days: Days
    outbound_tasks: Mean
    outbound_gap_days: Days
    planned_lead_tasks: Share
    planned_deal_tasks: Share
    planned_since_days: Days
    planned_until_days: Annotated[tuple[ShortDays, ShortDays], AfterValidator(ascending)]
    meeting_before_conversion: Share
    meeting_without: Share
    meeting_days: Days
    meeting_place: Annotated[tuple[Share, Share], AfterValidator(ascending)]
    deal_meetings: Mean
    planned_meetings: Share
    planned_meeting_since_days: Days
    planned_meeting_until_days: Days
    inbound_calls: Share
    call_seconds: Range
    urgent: Share
    video: Share
    meeting_minutes: Annotated[list[Annotated[int, Field(ge=1, le=1440)]], Field(min_length=1)]
    invited_days: Days
    deleted_tasks: Share
    deleted_meetings: Share
    delete_days: Days
