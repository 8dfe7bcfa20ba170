-- One row per queue item (person x pass) with its rank and what the rank stands on
-- key: queue_item_id
-- Who asked for a demo, a price or a call stands above every model rank; suppressed people are taken out last.
with

items as (
    select
        people.*,
        people.person_id || ':' || cast(people.pass_number as varchar) as queue_item_id,
        people.raised_kind is not null as fast_lane,
        coalesce(leads.owner_id, contacts.owner_id) as owner_id,
        scores.* exclude (lead_id, as_of, lift, reasons),
        scores.reasons as model_reasons,
        coalesce(fit.fit_points, 0) as fit_points,
        fit.reasons as fit_reasons,
        coalesce(engagement.engagement_points, 0) as engagement_points,
        engagement.reasons as engagement_reasons,
    from scores.queue_candidates as people
    left join core.leads as leads on people.lead_id = leads.lead_id
    left join core.contacts as contacts on people.contact_id = contacts.contact_id
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
        min(rank) over equal_evidence as first_rank,
        safe_div(
            safe_div(min(rank) over equal_evidence + max(rank) over equal_evidence, 2) - 1, ranked_items
        ) as place_share,
    from ranked
    window equal_evidence as (partition by fast_lane, probability, fit_points + engagement_points)
),

-- What the tier was before, by the most of those whose evidence is equal today: they keep it, or leave it, together.
kept as (
    select placed.first_rank, previous.tier
    from placed
    inner join scores.previous_lists as previous
        on previous.list_name = 'lead_queue' and placed.person_id = previous.unit_id
    where previous.cut is null
    group by placed.first_rank, previous.tier
    qualify row_number() over (partition by placed.first_rank order by count(*) desc, previous.tier) = 1
),

tiered as (
    select placed.queue_item_id, coalesce(kept_bands.tier, bands.tier) as tier
    from placed
    left join scores.tier_bands as bands
        on placed.place_share >= bands.from_share and placed.place_share < bands.up_to_share
    left join kept on placed.first_rank = kept.first_rank
    left join scores.tier_bands as kept_bands
        on kept.tier = kept_bands.tier
        and placed.place_share >= kept_bands.kept_from_share and placed.place_share < kept_bands.kept_up_to_share
)

select
    ranked.* exclude (model_reasons, fit_reasons, engagement_reasons, ranked_items, first_rank, place_share),
    row_number() over (partition by ranked.owner_id order by ranked.rank) as rank_in_owner,
    tiered.tier,
    case when ranked.probability is not null then 'model' else 'points' end as score_source,
    case
        when ranked.probability is not null then ranked.model_reasons
        else lists_joined(ranked.fit_reasons, ranked.engagement_reasons)
    end as reasons,
from placed as ranked
left join tiered on ranked.queue_item_id = tiered.queue_item_id
