-- One row per opportunity and milestone that it claims to have reached
-- key: opportunity_id, milestone
-- A lost deal has reached `lost` and nothing that is asked of a living one.
with

signs as (
    select standings.opportunity_id, milestones.milestone
    from core.opportunity_standings as standings
    cross join config.milestones as milestones
    where (standings.outcome <> 'lost' and standings.percent >= milestones.min_percent)
        or standings.outcome = milestones.outcome
    union all
    select standings.opportunity_id, milestones.milestone
    from config.milestones as milestones
    inner join staging.named_fields as named
        on milestones.field = named.field
        and lower(milestones.value) = lower(named.value)
        and named.record_of = 'opportunity'
    inner join core.opportunity_standings as standings on named.record_id = standings.opportunity_id
    where standings.outcome <> 'lost'
        and standings.is_as_it_was
)

select distinct
    opportunity_id,
    milestone,
from signs
