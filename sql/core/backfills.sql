-- One row per object and minute in which its records were moved into the CRM, not made there
-- key: object, minute_at
-- The one place that decides what a migration is; the thresholds stand in the playbook (process.yaml). A full day counts
-- only when another object has one too: leads alone are an upload after a trade show, made here and of known age.
with

setting as (
    select process.*, calendar.zone, as_of.as_of
    from config.process as process
    cross join config.calendar as calendar
    cross join config.as_of as as_of
),

records as (
    select 'account' as object, created_at from staging.accounts
    union all
    select 'contact' as object, created_at from staging.contacts
    union all
    select 'lead' as object, created_at from staging.leads
    union all
    select 'opportunity' as object, created_at from staging.opportunities
),

minutes as (
    select records.object, minute_start(records.created_at) as minute_at, count(*) as records
    from records
    cross join setting
    where records.created_at <= setting.as_of
    group by records.object, minute_start(records.created_at)
),

minutes_of_days as (
    select
        minutes.*,
        local_date(minutes.minute_at, setting.zone) as day_on,
        minutes.records >= setting.backfill_rows_a_minute as is_full,
    from minutes
    cross join setting
),

days as (
    select
        object,
        day_on,
        cast(sum(records) as bigint) as records,
        cast(coalesce(sum(records) filter (where is_full), 0) as bigint) as records_in_full_minutes,
    from minutes_of_days
    group by object, day_on
),

objects as (
    select object, cast(sum(records) as bigint) as records, median(records) as usual_day
    from days
    group by object
),

full_days as (
    select days.object, days.day_on
    from days
    inner join objects on days.object = objects.object
    cross join setting
    where (
            days.records_in_full_minutes >= setting.backfill_day_rows
            and days.records_in_full_minutes >= setting.backfill_day_share * objects.records
        )
        or (
            days.records_in_full_minutes >= setting.backfill_large_day_rows
            and days.records_in_full_minutes >= setting.backfill_times_usual_day * objects.usual_day
        )
    qualify count(*) over (partition by days.day_on) >= 2
)

select
    minutes.object,
    minutes.minute_at,
    minutes.day_on,
    minutes.records,
from minutes_of_days as minutes
inner join objects on minutes.object = objects.object
cross join setting
left join full_days on minutes.object = full_days.object and minutes.day_on = full_days.day_on
where minutes.is_full
    and (full_days.object is not null or minutes.records >= setting.backfill_minute_share * objects.records)
