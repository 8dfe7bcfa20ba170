-- One row per unit to score and kind of action behind its features: how often, when last, and the touch to open
-- key: model, unit_id, fact
-- A fact is named as the features that count it, without their window of days. The rows are those that they count.
with

of_leads as (
    select
        spine.lead_id as unit_id,
        touches.touch_id,
        touches.kind,
        touches.source,
        touches.is_weak,
        touches.is_hand_raise,
        touches.occurred_at,
    from spine.lead_conversion as spine
    inner join core.lead_touches as lead_touches
        on spine.lead_id = lead_touches.lead_id
        and lead_touches.known_at <= spine.as_of
    inner join core.touches as touches
        on lead_touches.touch_id = touches.touch_id
        and touches.occurred_at <= spine.as_of
        and touches.occurred_at > add_days(spine.as_of, -365)
    where spine.purpose = 'score'
        and touches.actor = 'prospect'
        and touches.source not in ('task', 'event')
        and not touches.is_machine
        and touches.kind not in ('email_unsubscribe', 'email_spam_report', 'call_refused')
),

of_deals as (
    select
        spine.opportunity_id as unit_id,
        touches.touch_id,
        touches.kind,
        touches.actor,
        touches.is_weak,
        touches.occurred_at,
    from spine.opportunity_win as spine
    inner join features.opportunity_states as states
        on spine.opportunity_id = states.opportunity_id
        and spine.as_of = states.as_of
    inner join core.touches as touches
        on states.account_id = touches.account_id
        and touches.occurred_at <= spine.as_of
        and touches.occurred_at > add_days(spine.as_of, -90)
        and touches.known_at <= spine.as_of
    where spine.purpose = 'score'
        and not touches.is_machine
),

counted as (
    select 'lead_conversion' as model, 'actions' as fact, unit_id, touch_id, occurred_at from of_leads where not is_weak
    union all
    select 'lead_conversion', 'active_days', unit_id, touch_id, occurred_at from of_leads where not is_weak
    union all
    select 'lead_conversion', 'page_views', unit_id, touch_id, occurred_at from of_leads where source = 'web_visit'
    union all
    select 'lead_conversion', 'pricing_views', unit_id, touch_id, occurred_at from of_leads
    where kind = 'pricing_page_view'
    union all
    select 'lead_conversion', 'forms', unit_id, touch_id, occurred_at from of_leads where source = 'form_fill'
    union all
    select 'lead_conversion', 'hand_raises', unit_id, touch_id, occurred_at from of_leads where is_hand_raise
    union all
    select 'lead_conversion', 'email_opens', unit_id, touch_id, occurred_at from of_leads where kind = 'email_open'
    union all
    select 'lead_conversion', 'email_clicks', unit_id, touch_id, occurred_at from of_leads where kind = 'email_click'
    union all
    select 'lead_conversion', 'campaign_responses', unit_id, touch_id, occurred_at from of_leads
    where kind = 'campaign_response'
    union all
    select 'opportunity_win', 'actions', unit_id, touch_id, occurred_at from of_deals
    where actor = 'prospect' and not is_weak
    union all
    select 'opportunity_win', 'sales_touches', unit_id, touch_id, occurred_at from of_deals where actor = 'sales'
    union all
    select 'opportunity_win', 'meetings', unit_id, touch_id, occurred_at from of_deals where kind = 'meeting'
)

select
    model,
    unit_id,
    fact,
    count(*) as times,
    max(occurred_at) as last_at,
    max(struct_pack(occurred_at := occurred_at, touch_id := touch_id)).touch_id as last_touch_id,
from counted
group by model, unit_id, fact
