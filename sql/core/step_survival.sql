-- One row per cohort, unit, segment and step with the share that advances within the horizon, open entries counted as not yet known
-- key: cohort_on, unit, segment, step
-- Aalen and Johansen's estimate (1978) of the cumulative incidence of advancing: who leaves otherwise will not advance,
-- who is still open is at risk until the as-of moment. Without other ways out it is Kaplan and Meier's (1958).
with

entries as (
    select
        entries.cohort_on,
        entries.unit,
        segments.segment,
        entries.step,
        units.horizon_days,
        entries.exit_kind,
        cast(
            floor(coalesce(entries.days_in_step, days_between(entries.entered_at, config.as_of.as_of))) as bigint
        ) as day,
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
        count(exit_kind) as ending,
        count(*) filter (where exit_kind = 'advanced') as advancing,
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
),

staying as (
    select
        at_risk.*,
        coalesce(exp(cast(sum(cast(ln(safe_div(nullif(exposed - ending, 0), exposed)) as decimal(18, 12))) over (
            partition by cohort_on, unit, segment, step
            order by day
            rows between unbounded preceding and 1 preceding
        ) as double)), 1) as share_still_in,
    from at_risk
)

select
    cohort_on,
    unit,
    segment,
    step,
    cast(cast(coalesce(
        sum(cast(share_still_in * safe_div(advancing, exposed) as decimal(18, 12))) filter (where day <= horizon_days),
        0
    ) as decimal(18, 9)) as double) as km_rate,
from staying
group by cohort_on, unit, segment, step
