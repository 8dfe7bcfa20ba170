-- One row per entry of a lead, account or opportunity into a step of its process
-- key: unit, unit_id, entry_number
-- lead: the steps of its history. account: activity > event > opportunity > won. opportunity: open until won or lost.
-- Who stands in a later step has passed the first one, even untold. A lead's times are known when the history, if there
-- is one, reaches over its whole way: all leads of one time count in rates, or none.
with

lead_steps as (
    select
        'lead' as unit,
        steps.lead_id as unit_id,
        steps.step_number as entry_number,
        steps.step,
        steps.step_order,
        coalesce(steps.entered_at, leads.created_at) as entered_at,
        coalesce(steps.exited_at, deals.closed_at) as exited_at,
        case
            when steps.exit_kind is not null then steps.exit_kind
            when deals.outcome = 'won' then 'advanced'
            when deals.outcome = 'lost' then 'lost'
        end as exit_kind,
        steps.entered_at is not null
        and not leads.is_backfilled
        and (
            not tracking.has_history
            or leads.created_at >= tracking.tracked_from_at
            and add_days(steps.entered_at, units.horizon_days + units.reporting_lag_days) <= tracking.tracked_until_at
        ) as has_known_times,
        deals.reported_amount as amount,
        deals.reported_currency as currency,
        deals.outcome,
    from core.lead_steps as steps
    inner join core.leads as leads on steps.lead_id = leads.lead_id
    inner join config.funnel_units as units on units.unit = 'lead'
    cross join core.lead_tracking as tracking
    left join core.opportunities as deals
        on leads.converted_opportunity_id = deals.opportunity_id
        and steps.step = 'opportunity'
    -- A lead converted without an opportunity has left its process: there is no deal that could be open.
    where steps.step <> 'opportunity' or deals.opportunity_id is not null
),

skipped_first_steps as (
    select
        'lead' as unit,
        leads.lead_id as unit_id,
        0 as entry_number,
        first_step.step,
        first_step.step_order,
        leads.created_at as entered_at,
        steps.entered_at as exited_at,
        'advanced' as exit_kind,
        false as has_known_times,
        cast(null as decimal(18, 2)) as amount,
        cast(null as varchar) as currency,
        cast(null as varchar) as outcome,
    from lead_steps as steps
    inner join core.leads as leads on steps.unit_id = leads.lead_id
    inner join config.process_steps as first_step on first_step.step_order = 1
    where steps.entry_number = 1
        and steps.step_order > 1
),

opportunities as (
    select
        'opportunity' as unit,
        opportunity_id as unit_id,
        1 as entry_number,
        'opportunity' as step,
        1 as step_order,
        created_at as entered_at,
        closed_at as exited_at,
        case outcome when 'won' then 'advanced' when 'lost' then 'lost' end as exit_kind,
        days_open is not null as has_known_times,
        reported_amount as amount,
        reported_currency as currency,
        outcome,
    from core.opportunities
),

entries as (
    select * from lead_steps
    union all
    select * from skipped_first_steps
    union all
    select * from opportunities
    union all
    select * from core.account_process
),

dated as (
    select
        entries.*,
        min(entries.entered_at) over (partition by entries.unit, entries.unit_id) as started_at,
    from entries
)

select
    dated.unit,
    dated.unit_id,
    dated.entry_number,
    dated.step,
    dated.step_order,
    cast(date_trunc('month', local_date(dated.started_at, calendar.zone)) as date) as cohort_on,
    dated.entered_at,
    case when dated.exit_kind is not null then greatest(dated.exited_at, dated.entered_at) end as exited_at,
    dated.exit_kind,
    dated.has_known_times,
    case
        when dated.has_known_times and dated.exit_kind is not null
            then days_between(dated.entered_at, greatest(dated.exited_at, dated.entered_at))
    end as days_in_step,
    dated.amount,
    case when dated.outcome = 'won' then dated.amount end as amount_won,
    dated.currency,
from dated
cross join config.calendar as calendar
