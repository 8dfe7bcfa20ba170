-- One row per opportunity and stage it was in, in the order of time
-- key: opportunity_id, stage_number
-- From OpportunityHistory, else from the changes of StageName, and the record itself for the stage it is in. Where the
-- changes begin too late, the first stage began nobody knows when, a closed one on the close date but before the change.
with

opportunities as (
    select opportunities.*, setting.as_of, calendar.zone
    from staging.opportunities as opportunities
    cross join config.as_of as setting
    cross join config.calendar as calendar
    where not opportunities.is_deleted
        and opportunities.created_at <= setting.as_of
),

states as (
    select opportunity_id, opportunity_history_id as entry_id, stage, amount, probability, changed_at as entered_at
    from staging.opportunity_history
),

changes as (
    select changes.*, opportunities.created_at, opportunities.close_on, opportunities.zone
    from staging.opportunity_field_history as changes
    inner join opportunities on changes.opportunity_id = opportunities.opportunity_id
    left join states on changes.opportunity_id = states.opportunity_id
    where changes.field = 'stagename'
        and states.opportunity_id is null
),

tracking as (
    select min(changed_at) as tracked_from_at
    from staging.opportunity_field_history
    where field = 'stagename'
),

first_stages as (
    select
        changes.opportunity_id,
        changes.old_value as stage,
        case
            when changes.created_at >= tracking.tracked_from_at then changes.created_at
            when outcomes.outcome <> 'open' then least(day_end_at(changes.close_on, changes.zone), changes.changed_at)
        end as entered_at,
    from changes
    cross join tracking
    left join core.stage_outcomes as outcomes on changes.old_value = outcomes.stage
    qualify row_number() over (
        partition by changes.opportunity_id order by changes.changed_at, changes.opportunity_field_history_id
    ) = 1
),

recorded as (
    select opportunity_id, 2 as source_order, entry_id, stage, amount, probability, entered_at from states
    union all
    select opportunity_id, 1, '', stage, null, null, entered_at from first_stages
    union all
    select opportunity_id, 2, opportunity_field_history_id, new_value, null, null, changed_at from changes
),

histories as (
    select recorded.*
    from recorded
    inner join opportunities on recorded.opportunity_id = opportunities.opportunity_id
    where coalesce(recorded.entered_at, opportunities.created_at) <= opportunities.as_of
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
    select opportunity_id, source_order, entry_id, stage, amount, probability, entered_at from histories
    union all
    select opportunity_id, 3, '', stage, amount, probability, entered_at
    from current_stages
    where modified_at <= as_of or entered_at <= as_of
),

stages as (
    select entries.*
    from entries
    qualify stage is distinct from lag(stage) over (partition by opportunity_id order by source_order, entered_at, entry_id)
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
