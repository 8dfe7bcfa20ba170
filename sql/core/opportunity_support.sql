-- One row per opportunity: the stage that the CRM asserts and the furthest one that its filled fields support
-- key: opportunity_id
-- Supported is the last step of the ladder before the first requirement that is not met, never further than the asserted
-- one: filled fields alone move no deal. A lost deal whose loss is not told is supported as far as it was open.
with

counts as (
    select
        opportunity_id,
        count(*) as requirements,
        count(*) filter (where not is_met) as unmet,
        count(*) filter (where is_met is null) as unknown,
        min(from_stage_number) filter (where not is_met) as first_gap,
        array_to_string(list_sort(list(requirement) filter (where not is_met)), '; ') as unmet_requirements,
    from core.opportunity_gates
    group by opportunity_id
),

open_stages as (
    select stages.opportunity_id, stages.stage
    from core.opportunity_stages as stages
    inner join core.stage_outcomes as outcomes on stages.stage = outcomes.stage
    where outcomes.outcome = 'open'
    qualify row_number() over (partition by stages.opportunity_id order by stages.stage_number desc) = 1
)

select
    standings.opportunity_id,
    opportunities.owner_id,
    opportunities.owner_name,
    standings.process,
    standings.outcome,
    standings.stage as asserted_stage,
    case
        when coalesce(counts.unmet, 0) = 0 then standings.stage
        when standings.outcome = 'lost' then open_stages.stage
        else ladder.stage
    end as supported_stage,
    standings.stage_number as asserted_stage_number,
    case
        when coalesce(counts.unmet, 0) = 0 then standings.stage_number
        when standings.outcome <> 'lost' then counts.first_gap - 1
    end as supported_stage_number,
    coalesce(counts.unmet, 0) > 0 as is_overstated,
    coalesce(counts.requirements, 0) as requirements,
    coalesce(counts.unmet, 0) as unmet,
    coalesce(counts.unknown, 0) as unknown,
    nullif(counts.unmet_requirements, '') as unmet_requirements,
    opportunities.reported_amount,
    opportunities.reported_currency,
from core.opportunity_standings as standings
inner join core.opportunities as opportunities on standings.opportunity_id = opportunities.opportunity_id
left join counts on standings.opportunity_id = counts.opportunity_id
left join open_stages on standings.opportunity_id = open_stages.opportunity_id
left join core.stage_ladder as ladder
    on standings.process = ladder.process and counts.first_gap - 1 = ladder.stage_number
