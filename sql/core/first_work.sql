-- One row per lead or account that people of the house ever came to, with when they did first
-- key: unit, unit_id
-- A lead is worked by a task, a call, a meeting or a mail of sales, by a status that only a person gives, at the latest by
-- its conversion: not by mailings, and not by the qualification that marketing's points bring. An account is worked by a
-- touch of sales, an opportunity, or a lead that became one of its own. No feature: it follows from whom sales chose.
-- What only a person gives, and nobody knows since when, counts from the beginning: else the failures of a company that
-- keeps no history would be left out of what its models learn from, and the successes kept.
with

deeds as (
    select 'lead' as unit, lead_touches.lead_id as unit_id, touches.occurred_at as worked_at
    from core.touches as touches
    inner join core.lead_touches as lead_touches on touches.touch_id = lead_touches.touch_id
    inner join core.leads as leads on lead_touches.lead_id = leads.lead_id
    where (touches.actor = 'sales' or touches.source in ('task', 'event'))
        and touches.occurred_at >= leads.created_at
    union all
    select
        'lead',
        statuses.lead_id,
        case when statuses.is_recorded then statuses.entered_at else leads.created_at end,
    from core.lead_statuses as statuses
    inner join core.leads as leads on statuses.lead_id = leads.lead_id
    where (statuses.is_recorded and statuses.status_number > 1 and statuses.step <> 'qualified_lead')
        or (not statuses.is_recorded and statuses.step not in ('lead', 'qualified_lead', 'opportunity'))
    union all
    select 'lead', lead_id, converted_at
    from core.lead_conversions
    union all
    select 'account', account_id, occurred_at
    from core.touches
    where account_id is not null
        and (actor = 'sales' or source in ('task', 'event'))
    union all
    select 'account', account_id, created_at
    from core.opportunities
    where account_id is not null
    union all
    select 'account', account_id, converted_at
    from core.lead_conversions
    where account_id is not null
)

select unit, unit_id, min(worked_at) as first_worked_at
from deeds
where worked_at is not null
group by unit, unit_id
