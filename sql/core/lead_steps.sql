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

activities as (
    select person_id, max(occurred_at) as last_at
    from core.touches
    where actor in ('prospect', 'sales') and not is_weak and not is_machine
    group by person_id
),

endings as (
    select
        stays.*,
        leads.is_backfilled,
        opportunities.outcome,
        opportunities.closed_at,
        setting.as_of,
        add_days(
            greatest(coalesce(stays.entered_at, leads.created_at), activities.last_at), setting.went_dark_days
        ) as dark_at,
    from core.lead_stays as stays
    cross join setting
    inner join core.leads as leads on stays.lead_id = leads.lead_id
    left join activities on leads.person_id = activities.person_id
    left join core.opportunities as opportunities on leads.converted_opportunity_id = opportunities.opportunity_id
),

exits as (
    select
        endings.*,
        case
            when next_step = 'disqualified' then 'lost'
            when is_next_new_pass then 'recycled'
            when next_step is not null then 'advanced'
            when step = 'opportunity' and outcome = 'won' then 'advanced'
            when step = 'opportunity' and outcome = 'lost' then 'lost'
            when step <> 'opportunity' and dark_at <= as_of then 'went_dark'
        end as exit_kind,
        coalesce(next_step, case when step = 'opportunity' and outcome <> 'open' then outcome end) as way_out,
    from endings
)

select
    exits.lead_id,
    row_number() over (partition by exits.lead_id order by exits.status_number) as step_number,
    exits.pass_number,
    exits.step,
    steps.step_order,
    exits.way_out as next_step,
    exits.exit_kind,
    case
        when exits.way_out is null then true
        when exits.is_recorded then legal.to_step is not null
    end as is_legal,
    exits.is_backfilled,
    exits.entered_at,
    case
        when exits.next_step is not null then exits.next_at
        when exits.exit_kind = 'went_dark' then exits.dark_at
        when exits.exit_kind is not null then exits.closed_at
    end as exited_at,
from exits
inner join config.process_steps as steps on exits.step = steps.step
left join config.step_transitions as legal on exits.step = legal.from_step and exits.way_out = legal.to_step
