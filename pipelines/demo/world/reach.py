"""Reaching people in a world file: campaigns and mails, page views and forms, calls and meetings."""

from typing import Annotated

from pydantic import Field

from pipelines.demo.world.part import Part, Positive, Share

Least = Annotated[float, Field(ge=0)]
Range = tuple[float, float]


class Marketing(Part):
    email_every_days: Annotated[int, Field(ge=1)]
    newsletter_every_days: Annotated[int, Field(ge=1)]
    webinar_every_days: Annotated[int, Field(ge=1)]
    trade_show_every_days: Annotated[int, Field(ge=1)]
    list_every_days: Annotated[int, Field(ge=1)]
    first_days: Annotated[list[int], Field(min_length=5, max_length=5)]
    start_hour: Least
    plan_days: Least
    run_days: Least
    send_hours: Positive
    costs: Annotated[list[Least], Field(min_length=7, max_length=7)]
    cost_log_sd: Least
    overrun: Range
    audience: Share
    list_audience: Share
    audience_days: Positive
    upload_seconds: Positive
    join_seconds: Least
    follow_up_days: list[int]
    follow_up_hours: Positive
    delivery_seconds: Range
    open_rate: float
    open_intent: float
    open_hours: Positive
    open_seconds: Least
    click_rate: float
    click_intent: float
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
    shared_addresses: Annotated[int, Field(ge=1)]
    sharers: Positive
    lease_days: Positive


class Tracking(Part):
    """What the tracking does to events on their way: some come late, some twice."""

    late: Share
    late_hours: Positive
    twice: Share


class Web(Part):
    lead_before: float
    lead_after: float
    after_shape: Positive
    intent_effect: float
    intent_before: float
    after_days: Positive
    before_days: Positive
    before_seconds: Least
    customer_views: Least
    pricing_intent: float
    pricing_rate: float
    page_zipf: Least
    view_seconds: Positive
    extra_form: Least
    form_mix: Annotated[list[Share], Field(min_length=6, max_length=6)]
    form_seconds: Range
    form_page_seconds: Least
    call_instead: Share
    landing_seconds: Least
    scanner_views: Share
    stranger_pricing: Share
    deal_views: Least
    deal_view_days: Positive
    second_cookie: Share
    anonymous_cookies: Least
    anonymous_views: Annotated[float, Field(ge=1)]
    anonymous_returns: Share
    anonymous_days: Positive
    anonymous_seconds: Positive
    robots: Least
    robot_views: Least
    robot_seconds: Positive
    undeclared_robots: Share
    referrers: dict[str, Share]
    advertisements: dict[str, Share]
    networks: Networks
    tracking: Tracking


class Activities(Part):
    """Calls, mails and meetings of sales."""

    attempts: Least
    attempt_gap_days: Positive
    attempt_gap_growth: Positive
    deal_tasks: Least
    deal_days: Positive
    outbound_tasks: Least
    outbound_gap_days: Positive
    planned_lead_tasks: Share
    planned_deal_tasks: Share
    planned_since_days: Positive
    planned_until_days: Range
    meeting_before_conversion: Share
    meeting_without: Share
    meeting_days: Positive
    meeting_place: Range
    deal_meetings: Least
    planned_meetings: Share
    planned_meeting_since_days: Positive
    planned_meeting_until_days: Positive
    inbound_calls: Share
    call_seconds: Range
    urgent: Share
    video: Share
    meeting_minutes: Annotated[list[Annotated[int, Field(ge=1)]], Field(min_length=1)]
    invited_days: Positive
    deleted_tasks: Share
    deleted_meetings: Share
    delete_days: Positive
