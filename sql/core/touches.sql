-- One row per communication or response, whatever the source
-- key: touch_id
-- known_at is when the house could know that the touch belongs to its person: features count by it, never by the record
-- that carries the touch today. The account is the one that the person was known to belong to by then.
with

touches as (
    select
        source, source_id, record_id, person_id, account_id, opportunity_id, campaign_id, channel, kind, direction,
        actor, subject, false as is_weak, false as is_machine, false as is_hand_raise, occurred_at, known_at,
        created_at,
    from core.activity_touches
    union all
    select
        source, source_id, record_id, person_id, null, null, campaign_id, channel, kind, direction,
        actor, subject, false, false, false, occurred_at, known_at, created_at,
    from core.campaign_touches
    union all
    select
        source, source_id, null, person_id, null, null, campaign_id, channel, kind, direction,
        actor, subject, false, is_machine, is_hand_raise, occurred_at, known_at, created_at,
    from core.web_touches
    union all
    select
        source, source_id, null, person_id, null, null, campaign_id, channel, kind, direction,
        actor, subject, is_weak, is_machine, false, occurred_at, known_at, created_at,
    from core.email_touches
    union all
    select
        source, source_id, record_id, person_id, account_id, null, campaign_id, channel, kind, direction,
        actor, subject, is_weak, is_machine, false, occurred_at, known_at, created_at,
    from core.interaction_touches
)

select
    touches.source || ':' || touches.source_id as touch_id,
    touches.person_id,
    coalesce(accounts.account_id, opportunities.account_id, spans.account_id) as account_id,
    opportunities.opportunity_id,
    touches.campaign_id,
    touches.record_id,
    touches.channel,
    touches.kind,
    touches.direction,
    touches.actor,
    touches.source,
    touches.source_id,
    touches.subject,
    touches.is_weak,
    touches.is_machine,
    touches.is_hand_raise,
    touches.occurred_at,
    touches.known_at,
    touches.created_at,
from touches
left join core.accounts as accounts on touches.account_id = accounts.account_id
left join core.opportunities as opportunities on touches.opportunity_id = opportunities.opportunity_id
left join core.person_accounts as spans
    on touches.person_id = spans.person_id
    and touches.known_at >= spans.from_at
    and touches.known_at < spans.until_at
