-- One row per opportunity and stage it was in, in the order of time
-- key: opportunity_id, stage_number
-- From OpportunityHistory, else from the changes of StageName, and the record itself for the stage it is in.
with

setting as (
    select calendar.zone, as_of.as_of
    from config.calendar as calendar
    cross join config.as_of as as_of
),

opportunities as (
    select opportunities.*, setting.as_of, setting.zone
    from staging.salesforce_opportunities as opportunities
    cross join setting
    where not opportunities.is_deleted
        and opportunities.created_at <= setting.as_of
),

states as (
    select
        opportunity_id, opportunity_history_id as entry_id, stage, amount, probability, changed_at as entered_at,
    from staging.salesforce_opportunity_history
),

changes as (
    select changes.*, opportunities.created_at
    from staging.salesforce_opportunity_field_history as changes
    inner join opportunities on changes.opportunity_id = opportunities.opportunity_id
    left join states on changes.opportunity_id = states.opportunity_id
    where changes.field = 'stagename'
        and states.opportunity_id is null
),

first_stages as (
    select opportunity_id, '' as entry_id, old_value as stage, created_at as entered_at
    from changes
    qualify row_number() over (
        partition by opportunity_id order by changed_at, opportunity_field_history_id
    ) = 1
),

recorded as (
    select opportunity_id, entry_id, stage, amount, probability, entered_at from states
    union all
    select opportunity_id, entry_id, stage, null, null, entered_at from first_stages
    union all
    select opportunity_id, opportunity_field_history_id, new_value, null, null, changed_at from changes
),

histories as (
    select recorded.*, opportunities.as_of
    from recorded
    inner join opportunities on recorded.opportunity_id = opportunities.opportunity_id
    where recorded.entered_at <= opportunities.as_of
        and recorded.stage is not null
),

last_entries as (
    select opportunity_id, max(entered_at) as entered_at
    from histories
    group by opportunity_id
),

-- The record as it is: closed at the end of its close date (no later than its last change), or in a stage since some
-- moment that only an untouched record tells.
current_stages as (
    select
        opportunities.opportunity_id,
        opportunities.stage,
        opportunities.amount,
        opportunities.probability,
        opportunities.modified_at,
        opportunities.as_of,
        case
            when outcomes.outcome <> 'open' then greatest(
                least(day_end_at(opportunities.close_on, opportunities.zone), opportunities.modified_at),
                last_entries.entered_at
            )
            when last_entries.entered_at is not null then opportunities.modified_at
            when opportunities.modified_at = opportunities.created_at then opportunities.created_at
        end as entered_at,
    from opportunities
    left join core.record_outcomes as outcomes on opportunities.opportunity_id = outcomes.opportunity_id
    left join last_entries on opportunities.opportunity_id = last_entries.opportunity_id
    where opportunities.stage is not null
),

entries as (
    select opportunity_id, 1 as source_order, entry_id, stage, amount, probability, entered_at from histories
    union all
    select opportunity_id, 2, '', stage, amount, probability, entered_at
    from current_stages
    where modified_at <= as_of or entered_at <= as_of
),

stages as (
    select entries.*
    from entries
    qualify stage is distinct from lag(stage) over (
        partition by opportunity_id order by source_order, entered_at, entry_id
    )
)

select
    opportunity_id,
    row_number() over (partition by opportunity_id order by source_order, entered_at, entry_id) as stage_number,
    stage,
    amount,
    probability,
    entered_at,
    lead(entered_at) over (partition by opportunity_id order by source_order, entered_at, entry_id) as left_at,
from stages
