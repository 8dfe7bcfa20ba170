-- One row per process and stage that its opportunities were in, with the stage's place on the way to a win
-- key: process, stage
-- How far a stage is: what the playbook says of this process, else the CRM's own list, else the playbook's word for any
-- process, else the probability that most of its deals carry. A lost deal stands on no step.
with

used as (
    select distinct coalesce(opportunities.record_type, '') as process, stages.stage
    from core.opportunity_stages as stages
    inner join core.opportunities as opportunities on stages.opportunity_id = opportunities.opportunity_id
),

listed as (
    select lower(stage) as stage, max(probability) as percent, min(stage_order) as stage_order
    from staging.opportunity_stages
    group by lower(stage)
),

own_words as (
    select lower(process) as process, lower(stage) as stage, max(percent) as percent
    from config.stage_percents
    group by lower(process), lower(stage)
),

carried as (
    select stage, median(probability) as percent
    from core.opportunities
    where outcome = 'open'
    group by stage
),

placed as (
    select
        used.process,
        used.stage,
        outcomes.outcome,
        case
            when outcomes.outcome = 'won' then 100
            when outcomes.outcome = 'open'
            then coalesce(own.percent, listed.percent, usual.percent, carried.percent, 0)
        end as percent,
        listed.stage_order,
    from used
    inner join core.stage_outcomes as outcomes on used.stage = outcomes.stage
    left join own_words as own on lower(used.process) = own.process and lower(used.stage) = own.stage
    left join listed on lower(used.stage) = listed.stage
    left join own_words as usual on usual.process = 'any' and lower(used.stage) = usual.stage
    left join carried on used.stage = carried.stage
)

select
    process,
    stage,
    outcome,
    percent,
    case
        when outcome <> 'lost'
        then row_number() over (
            partition by process order by outcome = 'lost', outcome = 'won', percent, stage_order nulls last, stage
        )
    end as stage_number,
from placed
