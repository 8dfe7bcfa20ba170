-- One row per cohort, unit, segment and step with the share that advances within the horizon, open entries counted as not yet known
-- key: cohort_on, unit, segment, step
-- Kaplan and Meier's estimate (1958) of the time to advancing. An entry that left otherwise stays at risk for ever, so
-- that the result is the cumulative incidence of advancing; only entries still open are censored, at the as-of moment.
with

entries as (
    select
        entries.cohort_on,
        entries.unit,
        segments.segment,
        entries.step,
        units.horizon_days,
        entries.exit_kind = 'advanced' as has_advanced,
        case
            when entries.exit_kind = 'advanced' then cast(floor(entries.days_in_step) as bigint)
            when entries.exit_kind is not null then 1000000000
            else cast(floor(days_between(entries.entered_at, config.as_of.as_of)) as bigint)
        end as day,
    from core.process_entries as entries
    inner join core.process_segments as segments
        on entries.unit = segments.unit
        and entries.unit_id = segments.unit_id
    inner join config.funnel_units as units on entries.unit = units.unit
    cross join config.as_of
    where entries.has_known_times
),

by_day as (
    select
        cohort_on,
        unit,
        segment,
        step,
        horizon_days,
        day,
        count(*) as leaving,
        count(*) filter (where has_advanced) as advancing,
    from entries
    group by cohort_on, unit, segment, step, horizon_days, day
),

at_risk as (
    select
        by_day.*,
        sum(leaving) over (
            partition by cohort_on, unit, segment, step
            order by day desc
            rows between unbounded preceding and current row
        ) as exposed,
    from by_day
)

select
    cohort_on,
    unit,
    segment,
    step,
    case
        when count(*) filter (where advancing = exposed and day <= horizon_days) > 0 then cast(1 as double)
        else 1 - exp(cast(coalesce(
            sum(cast(ln(safe_div(nullif(exposed - advancing, 0), exposed)) as decimal(18, 12)))
                filter (where advancing > 0 and advancing < exposed and day <= horizon_days),
            0
        ) as double))
    end as km_rate,
from at_risk
group by cohort_on, unit, segment, step
