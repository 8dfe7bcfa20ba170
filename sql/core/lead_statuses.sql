-- One row per lead and status it had, in the order of time, with the step of the process that the status means
-- key: lead_id, status_number
-- From LeadHistory; without it the record tells the present status alone, and since when only if nothing ever changed,
-- if the lead is younger than the history, or if the status means the first step, in which every lead begins. What a
-- lead that is older than the history was when that began it was from then on at the latest.
with

changes as (
    select
        history.lead_id,
        history.lead_history_id,
        history.old_value,
        history.new_value,
        history.changed_at,
        row_number() over (
            partition by history.lead_id order by history.changed_at, history.lead_history_id
        ) as change_number,
    from staging.lead_history as history
    where history.field = 'status'
),

leads as (
    select
        leads.lead_id,
        leads.status,
        leads.is_converted,
        leads.converted_at,
        leads.created_at,
        leads.modified_at,
        changes.lead_id is not null as has_changes,
        changes.old_value as first_status,
        tracking.tracked_from_at,
        leads.created_at >= tracking.tracked_from_at as is_tracked,
        leads.modified_at <= tracking.tracked_until_at as is_told,
        setting.as_of,
    from core.leads as leads
    cross join config.as_of as setting
    cross join core.lead_tracking as tracking
    left join changes on leads.lead_id = changes.lead_id and changes.change_number = 1
),

statuses as (
    select
        lead_id, 1 as source_order, '' as entry_id, first_status as status,
        least(tracked_from_at, as_of) as known_by,
        case when is_tracked then created_at end as entered_at,
    from leads
    where has_changes
    union all
    select changes.lead_id, 2, changes.lead_history_id, changes.new_value, changes.changed_at, changes.changed_at
    from changes
    inner join leads on changes.lead_id = leads.lead_id
    where changes.changed_at <= leads.as_of
        and (leads.converted_at is null or changes.changed_at <= leads.converted_at)
    union all
    -- What a converted lead was before nobody wrote down: it came in as a lead.
    select
        lead_id,
        3,
        '',
        case when not is_converted then status end,
        case when is_told then least(modified_at, tracked_from_at) else modified_at end,
        case
            when has_changes then modified_at
            when is_tracked and is_told or is_converted or modified_at = created_at then created_at
        end,
    from leads
    where not has_changes
        or (not is_converted and modified_at <= as_of)
),

mapped as (
    select
        statuses.lead_id,
        statuses.source_order,
        statuses.entry_id,
        statuses.status,
        coalesce(steps.step, 'lead') as step,
        leads.has_changes or (leads.is_tracked and not leads.is_converted) as is_recorded,
        leads.is_converted,
        coalesce(
            statuses.entered_at,
            case coalesce(steps.step, 'lead') when 'lead' then leads.created_at when 'disqualified' then known_by end
        ) as entered_at,
    from statuses
    inner join leads on statuses.lead_id = leads.lead_id
    left join core.lead_status_steps as steps on lower(statuses.status) = steps.status
),

entries as (
    select lead_id, source_order, entry_id, status, is_recorded, entered_at,
        case when step = 'opportunity' then 'lead' else step end as step,
    from mapped
    where not (is_converted and step = 'opportunity')
    union all
    select lead_id, 4, '', status, has_changes, converted_at, 'opportunity'
    from leads
    where is_converted
)

select
    lead_id,
    row_number() over (partition by lead_id order by source_order, entered_at, entry_id) as status_number,
    status,
    step,
    is_recorded,
    entered_at,
from entries
qualify status is distinct from lag(status) over (partition by lead_id order by source_order, entered_at, entry_id)
    or step is distinct from lag(step) over (partition by lead_id order by source_order, entered_at, entry_id)
