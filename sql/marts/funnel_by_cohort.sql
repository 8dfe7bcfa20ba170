-- One row per cohort (the month in which a unit started), unit, segment and step
-- key: cohort_on, unit, segment, step
-- A cohort whose last member has not yet had the whole horizon is censored: its rate will still move.
with

entries as (
    select
        entries.*,
        segments.segment,
        units.horizon_days,
        config.as_of.as_of,
        calendar.zone,
        add_days(entries.entered_at, units.horizon_days + units.reporting_lag_days) <= config.as_of.as_of as is_matured,
        units.horizon_days + units.reporting_lag_days as final_after_days,
        row_number() over (
            partition by entries.cohort_on, entries.unit, segments.segment, entries.step, entries.exit_kind
            order by entries.days_in_step nulls last, entries.unit_id, entries.entry_number
        ) as place,
        count(entries.days_in_step) over (
            partition by entries.cohort_on, entries.unit, segments.segment, entries.step, entries.exit_kind
        ) as timed,
    from core.process_entries as entries
    inner join core.process_segments as segments
        on entries.unit = segments.unit
        and entries.unit_id = segments.unit_id
    inner join config.funnel_units as units on entries.unit = units.unit
    cross join config.calendar as calendar
    cross join config.as_of
),

cohorts as (
    select
        cohort_on,
        unit,
        segment,
        step,
        min(step_order) as step_order,
        count(*) as entered,
        count(*) filter (where exit_kind = 'advanced') as advanced,
        count(*) filter (where exit_kind = 'lost') as lost,
        count(*) filter (where exit_kind = 'recycled') as recycled,
        count(*) filter (where exit_kind = 'went_dark') as went_dark,
        count(*) filter (where exit_kind is null) as open,
        count(*) filter (where is_matured and has_known_times) as n_matured,
        count(*) filter (
            where is_matured and has_known_times and exit_kind = 'advanced' and days_in_step <= horizon_days
        ) as advanced_matured,
        min(days_in_step) filter (where exit_kind = 'advanced' and place >= 0.5 * timed) as p50_days,
        min(days_in_step) filter (where exit_kind = 'advanced' and place >= 0.9 * timed) as p90_days,
        sum(amount) as amount,
        sum(amount_won) as amount_won,
        max(currency) filter (where amount is not null) as currency,
        count(distinct coalesce(currency, 'unknown')) filter (where amount is not null)
            + 2 * count(*) filter (where currency = 'mixed') as currencies,
        max(entered_at) as last_entered_at,
        max(final_after_days) as final_after_days,
        max(as_of) as as_of,
        max(zone) as zone,
    from entries
    group by cohort_on, unit, segment, step
)

select
    cohorts.cohort_on,
    cohorts.unit,
    cohorts.segment,
    cohorts.step,
    cohorts.entered,
    cohorts.advanced,
    cohorts.lost,
    cohorts.recycled,
    cohorts.went_dark,
    cohorts.open,
    cohorts.n_matured,
    safe_div(cohorts.advanced_matured, cohorts.n_matured) as conversion_rate_matured,
    survival.km_rate,
    cohorts.p50_days,
    cohorts.p90_days,
    case when cohorts.currencies <= 1 then cast(cohorts.amount as double) end as amount,
    case when cohorts.currencies <= 1 then cast(cohorts.amount_won as double) end as amount_won,
    case when cohorts.currencies = 1 then cohorts.currency end as currency,
    add_days(cohorts.last_entered_at, cohorts.final_after_days) > cohorts.as_of
    or local_date(cohorts.as_of, cohorts.zone) < cast(add_days(cohorts.cohort_on, 31) as date) as is_censored,
    settings.metric_version,
    cohorts.as_of,
from cohorts
left join core.step_survival as survival
    on cohorts.cohort_on = survival.cohort_on
    and cohorts.unit = survival.unit
    and cohorts.segment = survival.segment
    and cohorts.step = survival.step
cross join config.funnel as settings
