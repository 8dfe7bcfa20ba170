-- One row per queue item (person x pass) with its rank and what the rank stands on
-- key: queue_item_id
-- Who asked for a demo, a price or a call stands above every model rank; suppressed people are taken out last.
with

raised_hands as (
    select touches.person_id, touches.kind, touches.occurred_at
    from core.touches as touches
    cross join config.targets as settings
    cross join config.as_of
    where touches.is_hand_raise
        and not touches.is_machine
        and touches.occurred_at > add_days(config.as_of.as_of, -settings.hand_raise_within_days)
        and touches.occurred_at <= config.as_of.as_of
    qualify row_number() over (partition by touches.person_id order by touches.occurred_at desc, touches.touch_id) = 1
),

open_leads as (
    select leads.person_id, leads.lead_id
    from spine.lead_conversion as spine
    inner join core.leads as leads on spine.lead_id = leads.lead_id
    where spine.purpose = 'score'
    qualify row_number() over (partition by leads.person_id order by leads.created_at desc, leads.lead_id) = 1
),

people as (
    select
        people.person_id,
        coalesce(open_leads.lead_id, people.lead_id) as lead_id,
        people.contact_id,
        raised_hands.kind as raised_kind,
        raised_hands.occurred_at as raised_at,
    from core.people as people
    left join open_leads on people.person_id = open_leads.person_id
    left join raised_hands on people.person_id = raised_hands.person_id
    where open_leads.lead_id is not null or raised_hands.person_id is not null
),

passes as (
    select lead_id, step, entered_at, pass_number
    from core.lead_steps
    qualify row_number() over (partition by lead_id order by step_number desc) = 1
),

items as (
    select
        people.*,
        people.person_id || ':' || cast(coalesce(passes.pass_number, 1) as varchar) as queue_item_id,
        coalesce(passes.pass_number, 1) as pass_number,
        passes.step,
        passes.entered_at as entered_step_at,
        people.raised_kind is not null as fast_lane,
        coalesce(leads.owner_id, contacts.owner_id) as owner_id,
        scores.* exclude (lead_id, as_of, lift, reasons),
        scores.reasons as model_reasons,
        coalesce(fit.fit_points, 0) as fit_points,
        fit.reasons as fit_reasons,
        coalesce(engagement.engagement_points, 0) as engagement_points,
        engagement.reasons as engagement_reasons,
    from people
    left join core.leads as leads on people.lead_id = leads.lead_id
    left join core.contacts as contacts on people.contact_id = contacts.contact_id
    left join passes on people.lead_id = passes.lead_id
    left join scores.lead_conversion as scores on people.lead_id = scores.lead_id
    left join features.fit_points as fit on fit.unit = 'lead' and people.lead_id = fit.unit_id
    left join features.engagement_points as engagement on people.person_id = engagement.person_id
),

people_out as (
    select suppressions.person_id
    from core.suppressions as suppressions
    inner join config.suppression_reasons as reasons on suppressions.reason = reasons.reason
    where reasons.keeps_off = 'person'
),

allowed as (
    select items.*
    from items
    anti join people_out on items.person_id = people_out.person_id
    anti join core.suppressions as records_out on items.lead_id = records_out.record_id
),

ranked as (
    select
        allowed.*,
        row_number() over (
            order by fast_lane desc, probability desc nulls last, fit_points + engagement_points desc, queue_item_id
        ) as rank,
        count(*) over () as ranked_items,
    from allowed
),

-- Equal evidence shares one place, the middle of its ranks: no tier tells apart what nothing tells apart.
placed as (
    select
        ranked.*,
        safe_div(min(rank) over equal_evidence + max(rank) over equal_evidence, 2) as place,
    from ranked
    window equal_evidence as (partition by fast_lane, probability, fit_points + engagement_points)
),

tiered as (
    select placed.queue_item_id, tiers.tier
    from placed
    inner join config.tiers as tiers on safe_div(placed.place - 1, placed.ranked_items) < tiers.up_to_share
    qualify row_number() over (partition by placed.queue_item_id order by tiers.up_to_share) = 1
)

select
    ranked.* exclude (model_reasons, fit_reasons, engagement_reasons, ranked_items, place),
    row_number() over (partition by ranked.owner_id order by ranked.rank) as rank_in_owner,
    tiered.tier,
    case when ranked.probability is not null then 'model' else 'points' end as score_source,
    case
        when ranked.probability is not null then ranked.model_reasons
        else lists_joined(ranked.fit_reasons, ranked.engagement_reasons)
    end as reasons,
from placed as ranked
left join tiered on ranked.queue_item_id = tiered.queue_item_id
