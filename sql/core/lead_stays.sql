-- One row per lead and stay in a step of the process, with what came next
-- key: lead_id, status_number
-- Statuses of one step in a row are one stay. Recycling, a step back and a return after a loss begin a new pass.
with

statuses as (
    select
        statuses.*,
        case when statuses.step = 'recycled' then 'lead' else statuses.step end as target,
        lag(statuses.step) over (partition by statuses.lead_id order by statuses.status_number) as previous,
    from core.lead_statuses as statuses
),

-- A lead that is lost at first sight was in the first step before.
first_losses as (
    select statuses.lead_id, leads.created_at
    from statuses
    inner join core.leads as leads on statuses.lead_id = leads.lead_id
    where statuses.previous is null and statuses.step = 'disqualified'
),

targets as (
    select lead_id, status_number, step, target, previous, is_recorded, entered_at from statuses
    union all
    select lead_id, 0, 'lead', 'lead', null, false, created_at from first_losses
),

passes as (
    select
        targets.*,
        coalesce(
            targets.previous = 'disqualified' and targets.step <> 'disqualified'
            or targets.step = 'recycled' and targets.previous not in ('recycled', 'disqualified')
            or orders.step_order < previous_orders.step_order and targets.previous <> 'recycled',
            false
        ) as is_new_pass,
        case when targets.previous = 'recycled' then 'lead' else targets.previous end as previous_target,
    from targets
    left join config.process_steps as orders on targets.target = orders.step
    left join config.process_steps as previous_orders on targets.previous = previous_orders.step
),

stays as (
    select passes.*
    from passes
    where is_new_pass or previous_target is null or target <> previous_target
),

moves as (
    select
        stays.*,
        1 + count(*) filter (where is_new_pass) over by_time as pass_number,
        lead(target) over by_time as next_target,
        lead(is_new_pass) over by_time as is_next_new_pass,
        lead(entered_at) over by_time as next_at,
    from stays
    window by_time as (partition by lead_id order by status_number)
)

select
    lead_id,
    status_number,
    target as step,
    pass_number,
    next_target as next_step,
    coalesce(is_next_new_pass, false) as is_next_new_pass,
    is_recorded,
    entered_at,
    next_at,
from moves
where target <> 'disqualified'
