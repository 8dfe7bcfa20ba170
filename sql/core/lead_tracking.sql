-- One row per run: from when until when the history of leads tells every change of a status
-- key: tracked_from_at
-- Tracking is switched on late, old rows are kept for some months only, and it may have been switched off: then leads
-- have a status, or converted, without a row that says so, long after the last row. A history without an end, and the
-- beginning of one that does not exist, lie in the year 9999.
with

setting as (
    select config.as_of.as_of, labels.reporting_lag_days
    from config.as_of
    cross join config.labels as labels
    where labels.model = 'lead_conversion'
),

changes as (
    select
        history.lead_id,
        lower(history.new_value) as new_value,
        history.changed_at,
        history.changed_at = max(history.changed_at) over (partition by history.lead_id) as is_last,
    from staging.lead_history as history
    cross join setting
    where history.field = 'status'
        and history.changed_at <= setting.as_of
),

bounds as (
    select min(changed_at) as first_at, max(changed_at) as last_at
    from changes
),

-- Changes at one moment come in any order: each of them may have been the last one.
last_statuses as (
    select leads.lead_id, leads.modified_at, bool_or(changes.new_value = lower(leads.status)) as is_told
    from changes
    inner join staging.leads as leads on changes.lead_id = leads.lead_id
    where changes.is_last
        and not leads.is_converted
        and not leads.is_deleted
    group by leads.lead_id, leads.modified_at
),

untold as (
    select modified_at as untold_at
    from last_statuses
    where not is_told
    union all
    select converted_at
    from core.lead_conversions
    where not is_exact
)

select
    coalesce(bounds.first_at, timestamp '9999-12-31 00:00:00') as tracked_from_at,
    case
        when count(untold.untold_at) > 0 then bounds.last_at
        else timestamp '9999-12-31 00:00:00'
    end as tracked_until_at,
    bounds.first_at is not null as has_history,
from bounds
cross join setting
left join untold
    on untold.untold_at > add_days(bounds.last_at, setting.reporting_lag_days)
    and untold.untold_at <= setting.as_of
group by bounds.first_at, bounds.last_at
