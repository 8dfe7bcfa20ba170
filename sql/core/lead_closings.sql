-- One row per lead and time that sales closed it without success, and from when on a later stay has it open again
-- key: lead_id, closing_number
-- A closing of which no history tells the moment was no later than the lead's last change. `reopened_at` lies far ahead
-- while the lead is closed.
with

stays as (
    select
        lead_id,
        step_number,
        exit_kind,
        exited_at,
        lead(entered_at) over (partition by lead_id order by step_number) as reopened_at,
    from core.lead_steps
),

told as (
    select
        lead_id,
        step_number as closing_number,
        exited_at as closed_at,
        coalesce(reopened_at, timestamp '9999-12-31 00:00:00') as reopened_at,
    from stays
    where exit_kind = 'lost'
)

select lead_id, closing_number, closed_at, reopened_at
from told
union all
select
    leads.lead_id,
    0 as closing_number,
    leads.modified_at as closed_at,
    timestamp '9999-12-31 00:00:00' as reopened_at,
from core.leads as leads
inner join core.lead_status_steps as steps on lower(leads.status) = steps.status
anti join told on leads.lead_id = told.lead_id
where steps.step = 'disqualified'
    and not leads.is_converted
