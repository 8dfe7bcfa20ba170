-- One row per opportunity with the place that its stage claims on the ladder of its process
-- key: opportunity_id
-- A deal came to its stage when that began; nobody knows, so it counts as new there since it was made.
with

last_stages as (
    select opportunity_id, entered_at
    from core.opportunity_stages
    qualify row_number() over (partition by opportunity_id order by stage_number desc) = 1
),

-- A record that changed after the as-of moment shows its fields as they are today, not as they were.
records as (
    select opportunities.*, opportunities.modified_at <= setting.as_of as is_as_it_was
    from core.opportunities as opportunities
    cross join config.as_of as setting
)

select
    records.opportunity_id,
    coalesce(records.record_type, '') as process,
    records.stage,
    records.outcome,
    ladder.percent,
    ladder.stage_number,
    cast(coalesce(last_stages.entered_at, records.created_at) as date) as since_on,
    records.is_as_it_was,
from records
left join last_stages on records.opportunity_id = last_stages.opportunity_id
left join core.stage_ladder as ladder
    on coalesce(records.record_type, '') = ladder.process and records.stage = ladder.stage
