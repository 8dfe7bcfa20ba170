-- One row per opportunity stage with what being in it means: won, lost or open
-- key: stage
-- The CRM's own list of stages speaks first, then the opportunities that stand in the stage, then the name.
with

named as (
    select stage from staging.opportunities
    union
    select stage from staging.opportunity_history
    union
    select old_value as stage from staging.opportunity_field_history where field = 'stagename'
    union
    select new_value as stage from staging.opportunity_field_history where field = 'stagename'
    union
    select stage from staging.opportunity_stages
    union
    select stage_label as stage from staging.opportunity_stages
),

listed_twice as (
    select stage, is_closed, is_won from staging.opportunity_stages
    union all
    select stage_label as stage, is_closed, is_won from staging.opportunity_stages
),

listed as (
    select stage, bool_or(is_closed) as is_closed, bool_or(is_won) as is_won
    from listed_twice
    group by stage
),

observed as (
    select stage, bool_or(is_closed) as is_closed, bool_or(is_won) as is_won
    from staging.opportunities
    group by stage
)

select
    named.stage,
    case
        when coalesce(listed.is_closed, observed.is_closed, lower(named.stage) in ('closed won', 'closed lost')) then
            case
                when coalesce(listed.is_won, observed.is_won, lower(named.stage) = 'closed won') then 'won'
                else 'lost'
            end
        else 'open'
    end as outcome,
from named
left join listed on named.stage = listed.stage
left join observed on named.stage = observed.stage
where named.stage is not null
