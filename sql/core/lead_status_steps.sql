-- One row per lead status, in lower case, with the step of the process that it means
-- key: status
-- The playbook says it; of a status that it does not list, the CRM's own list may: one that means a conversion is an
-- opportunity, a new lead's one is the first step, and one that stands between two of one step is in that step too.
with

playbook as (
    select lower(status) as status, min(step) as step
    from config.lead_status_steps
    group by lower(status)
),

named as (
    select lower(status) as status, status_order, is_default, is_converted from staging.lead_status_values
    union all
    select lower(status_label), status_order, is_default, is_converted from staging.lead_status_values
),

listed as (
    select
        status,
        min(status_order) as status_order,
        bool_or(coalesce(is_default, false)) as is_default,
        bool_or(coalesce(is_converted, false)) as is_converted,
    from named
    where status is not null
    group by status
),

-- Only a list that says its order has statuses between others; the alphabet says nothing.
placed as (
    select
        listed.status,
        last_value(playbook.step ignore nulls) over (
            order by listed.status_order, listed.status rows between unbounded preceding and current row
        ) as step_before,
        first_value(playbook.step ignore nulls) over (
            order by listed.status_order, listed.status rows between current row and unbounded following
        ) as step_after,
    from listed
    left join playbook on listed.status = playbook.status
    where listed.status_order is not null
)

select status, step
from playbook
union all
select
    listed.status,
    case
        when listed.is_converted then 'opportunity'
        when listed.is_default then 'lead'
        when placed.step_before = placed.step_after then placed.step_before
        else 'lead'
    end as step,
from listed
left join placed on listed.status = placed.status
anti join playbook on listed.status = playbook.status
