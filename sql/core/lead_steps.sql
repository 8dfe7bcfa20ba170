-- One row per lead and stay in a step of the process, with the way it ended
-- key: lead_id, step_number
-- A step ends by going up, by a loss, by recycling (back to the first step, on a new pass) or by going dark: so long
-- without the person's own action or a touch by sales. The way out is legal when the playbook lists it; null where no
-- history tells the way.
with

setting as (
    select process.went_dark_days, as_of.as_of
    from config.process as process
    cross join config.as_of as as_of
),

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
),

activities as (
    select person_id, max(occurred_at) as last_at
    from core.touches
    where actor in ('prospect', 'sales') and not is_weak and not is_machine
    group by person_id
),

endings as (
    select
        moves.*,
        leads.is_backfilled,
        opportunities.outcome,
        opportunities.closed_at,
        setting.as_of,
        add_days(
            greatest(coalesce(moves.entered_at, leads.created_at), activities.last_at), setting.went_dark_days
        ) as dark_at,
    from moves
    cross join setting
    inner join core.leads as leads on moves.lead_id = leads.lead_id
    left join activities on leads.person_id = activities.person_id
    left join core.opportunities as opportunities on leads.converted_opportunity_id = opportunities.opportunity_id
    where moves.target <> 'disqualified'
),

exits as (
    select
        endings.*,
        case
            when next_target = 'disqualified' then 'lost'
            when is_next_new_pass then 'recycled'
            when next_target is not null then 'advanced'
            when target = 'opportunity' and outcome = 'won' then 'advanced'
            when target = 'opportunity' and outcome = 'lost' then 'lost'
            when target <> 'opportunity' and dark_at <= as_of then 'went_dark'
        end as exit_kind,
        coalesce(next_target, case when target = 'opportunity' and outcome <> 'open' then outcome end) as next_step,
    from endings
)

select
    exits.lead_id,
    row_number() over (partition by exits.lead_id order by exits.status_number) as step_number,
    exits.pass_number,
    exits.target as step,
    steps.step_order,
    exits.next_step,
    exits.exit_kind,
    case
        when exits.next_step is null then true
        when exits.is_recorded then legal.to_step is not null
    end as is_legal,
    exits.is_backfilled,
    exits.entered_at,
    case
        when exits.next_target is not null then exits.next_at
        when exits.exit_kind = 'went_dark' then exits.dark_at
        when exits.exit_kind is not null then exits.closed_at
    end as exited_at,
from exits
inner join config.process_steps as steps on exits.target = steps.step
left join config.step_transitions as legal on exits.target = legal.from_step and exits.next_step = legal.to_step
