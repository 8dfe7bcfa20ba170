"""Reaching people in a world file: campaigns and mails, page views and forms."""

from typing import Annotated

from pydantic import Field

from pipelines.demo.world.part import Part, Positive, Share


class Marketing(Part):
    email_every_days: int
    newsletter_every_days: int
    webinar_every_days: int
    trade_show_every_days: int
    list_every_days: int
    audience: Share
    list_audience: Share
    follow_up_days: list[int]
    open_rate: float
    open_intent: float
    click_rate: float
    click_intent: float
    prefetch: Share
    machine_click_firms: Share
    unsubscribe: Share
    spam_report: Share
    webinar_attended: Share


class Web(Part):
    lead_before: float
    lead_after: float
    after_shape: Positive
    intent_effect: float
    after_days: Positive
    before_days: Positive
    customer_views: float
    pricing_intent: float
    pricing_rate: float
    extra_form: float
    form_mix: Annotated[list[Share], Field(min_length=6, max_length=6)]
    stranger_pricing: Share
    deal_views: float
    deal_view_days: Positive
    second_cookie: Share
    anonymous_cookies: float
    anonymous_views: float
    robots: float
    robot_views: float
