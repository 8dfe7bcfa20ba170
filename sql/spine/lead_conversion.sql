-- One row per lead and moment at which sales could still work it: past landmarks to learn from, the as-of moment to score
-- key: lead_id, as_of
-- Where a history was switched off again, landmarks stand only where it told every lead's state, and in the night after a
-- lead came in. is_worked: whether sales came to the lead by the end of the label window, or by now. No feature.
with

setting as (
    select * from config.labels where model = 'lead_conversion'
),

-- A lead that was disqualified is closed until a later stay opens it again, on a new pass.
closings as (
    select * from core.lead_closings
),

candidates as (
    select
        leads.lead_id,
        leads.person_id,
        leads.created_at,
        leads.converted_at,
        stable_hash64(leads.lead_id) as hash_value,
        tracking.tracked_until_at as told_until_at,
        case
            when tracking.tracked_until_at = timestamp '9999-12-31 00:00:00' then leads.created_at
            when leads.created_at >= tracking.tracked_from_at then leads.created_at
            else tracking.tracked_until_at
        end as told_from_at,
    from core.leads as leads
    cross join core.lead_tracking as tracking
),

landmarks as (
    select
        candidates.lead_id,
        candidates.person_id,
        days.landmark_at as as_of,
        candidates.converted_at as outcome_at,
        coalesce(candidates.converted_at <= add_days(days.landmark_at, setting.horizon_days), false) as label,
        coalesce(
            least(work.first_worked_at, candidates.converted_at) <= add_days(days.landmark_at, setting.horizon_days), false
        ) as is_worked,
    from candidates
    cross join setting
    inner join spine.days as days
        on days.history_days >= setting.min_history_days
        and days.landmark_at >= candidates.created_at
        and days.landmark_at <= add_days(candidates.created_at, setting.max_age_days)
        and (candidates.converted_at is null or candidates.converted_at > days.landmark_at)
    cross join spine.observation as observation
    left join core.first_work as work on work.unit = 'lead' and candidates.lead_id = work.unit_id
    anti join closings
        on candidates.lead_id = closings.lead_id
        and days.landmark_at >= closings.closed_at
        and days.landmark_at < closings.reopened_at
    where add_days(days.landmark_at, setting.horizon_days + setting.reporting_lag_days) <= observation.known_until
        and case
            when days.landmark_at >= candidates.told_from_at and days.landmark_at < candidates.told_until_at
            then (candidates.hash_value + days.day_number) % nullif(setting.landmark_every_days, 0) = 0
            else days.landmark_at < add_days(candidates.created_at, 1)
        end
),

to_score as (
    select
        candidates.lead_id,
        candidates.person_id,
        config.as_of.as_of,
        coalesce(work.first_worked_at <= config.as_of.as_of, false) as is_worked,
    from candidates
    cross join setting
    cross join config.as_of
    left join core.first_work as work on work.unit = 'lead' and candidates.lead_id = work.unit_id
    anti join closings
        on candidates.lead_id = closings.lead_id
        and config.as_of.as_of < closings.reopened_at
    where config.as_of.as_of <= add_days(candidates.created_at, setting.max_age_days)
        and candidates.converted_at is null
)

select
    lead_id,
    as_of,
    'train' as purpose,
    person_id as group_id,
    label,
    safe_div(1, count(*) over (partition by lead_id)) as weight,
    outcome_at,
    is_worked,
from landmarks
union all
select
    lead_id,
    as_of,
    'score' as purpose,
    person_id as group_id,
    cast(null as boolean) as label,
    cast(null as double) as weight,
    cast(null as timestamp) as outcome_at,
    is_worked,
from to_score
