-- One row per lead and moment with the person's own actions known by then, counted over windows
-- key: lead_id, as_of
-- Actions count from when they could be tied to this lead: neither a conversion nor a merge changes the days before it.
-- What representatives do, or write down of a call that came in, is left out: it follows from their guess of the outcome.
-- A refusal is no sign of interest.
with

actions as (
    select
        spine.lead_id,
        spine.as_of,
        touches.kind,
        touches.source,
        touches.is_weak,
        touches.is_hand_raise,
        touches.occurred_at,
        days_between(touches.occurred_at, spine.as_of) as days_ago,
    from spine.lead_conversion as spine
    inner join core.lead_touches as lead_touches
        on spine.lead_id = lead_touches.lead_id
        and lead_touches.known_at <= spine.as_of
    inner join core.touches as touches
        on lead_touches.touch_id = touches.touch_id
        and touches.occurred_at <= spine.as_of
        and touches.occurred_at > add_days(spine.as_of, -365)
    where touches.actor = 'prospect'
        and touches.source not in ('task', 'event')
        and not touches.is_machine
        and touches.kind not in ('email_unsubscribe', 'email_spam_report', 'call_refused')
)

select
    lead_id,
    as_of,
    count(*) filter (where not is_weak and days_ago <= 7) as actions_7d,
    count(*) filter (where not is_weak and days_ago <= 30) as actions_30d,
    count(*) filter (where not is_weak and days_ago <= 90) as actions_90d,
    count(distinct cast(occurred_at as date)) filter (where not is_weak and days_ago <= 90) as active_days_90d,
    count(*) filter (where source = 'web_visit' and days_ago <= 7) as page_views_7d,
    count(*) filter (where source = 'web_visit' and days_ago <= 90) as page_views_90d,
    count(*) filter (where kind = 'pricing_page_view' and days_ago <= 30) as pricing_views_30d,
    count(*) filter (where kind = 'pricing_page_view') as pricing_views_365d,
    count(*) filter (where source = 'form_fill') as forms_365d,
    count(*) filter (where is_hand_raise and days_ago <= 30) as hand_raises_30d,
    count(*) filter (where is_hand_raise) as hand_raises_365d,
    count(*) filter (where kind = 'email_open' and days_ago <= 90) as email_opens_90d,
    count(*) filter (where kind = 'email_click' and days_ago <= 30) as email_clicks_30d,
    count(*) filter (where kind = 'email_click') as email_clicks_365d,
    count(*) filter (where kind = 'campaign_response') as campaign_responses_365d,
    cast(floor(min(days_ago) filter (where not is_weak)) as bigint) as days_since_last_action,
from actions
group by lead_id, as_of
