-- One row per opportunity record with the outcome that the extract gives it
-- key: opportunity_id
-- The flags of the record speak first; without them the meaning of its stage.
select
    opportunities.opportunity_id,
    case
        when opportunities.is_closed and coalesce(opportunities.is_won, stages.outcome = 'won', false) then 'won'
        when opportunities.is_closed then 'lost'
        when not opportunities.is_closed then 'open'
        else coalesce(stages.outcome, 'open')
    end as outcome,
from staging.opportunities as opportunities
left join core.stage_outcomes as stages on opportunities.stage = stages.stage
