-- One row per month, unit, segment and step: what was open, came, advanced, left and stayed
-- key: period_on, unit, segment, step
-- open_at_start + entered - advanced - exited = open_at_end. No conversion rate: it would mix cohorts.
with

entries as (
    select
        entries.unit,
        segments.segment,
        entries.step,
        entries.exit_kind,
        entries.amount,
        entries.amount_won,
        entries.currency,
        cast(date_trunc('month', local_date(entries.entered_at, calendar.zone)) as date) as entered_on,
        cast(date_trunc('month', local_date(entries.exited_at, calendar.zone)) as date) as exited_on,
    from core.process_entries as entries
    inner join core.process_segments as segments
        on entries.unit = segments.unit
        and entries.unit_id = segments.unit_id
    cross join config.calendar as calendar
),

months as (
    select distinct cast(date_trunc('month', local_date(days.landmark_at, calendar.zone)) as date) as period_on
    from spine.days as days
    cross join config.calendar as calendar
    union
    select entered_on from entries
    union
    select exited_on from entries where exited_on is not null
),

groups as (
    select unit, segment, step, min(entered_on) as starts_on
    from entries
    group by unit, segment, step
),

arrivals as (
    select
        unit, segment, step, entered_on as period_on,
        count(*) as entered,
        sum(amount) as amount,
    from entries
    group by unit, segment, step, entered_on
),

departures as (
    select
        unit, segment, step, exited_on as period_on,
        count(*) filter (where exit_kind = 'advanced') as advanced,
        count(*) filter (where exit_kind <> 'advanced') as exited,
        sum(amount_won) as amount_won,
    from entries
    where exited_on is not null
    group by unit, segment, step, exited_on
),

currencies as (
    select
        unit, segment, step,
        max(currency) filter (where amount is not null) as currency,
        count(distinct coalesce(currency, 'unknown')) filter (where amount is not null)
            + 2 * count(*) filter (where currency = 'mixed') as currencies,
    from entries
    group by unit, segment, step
),

counted as (
    select
        months.period_on,
        groups.unit,
        groups.segment,
        groups.step,
        coalesce(arrivals.entered, 0) as entered,
        coalesce(departures.advanced, 0) as advanced,
        coalesce(departures.exited, 0) as exited,
        arrivals.amount,
        departures.amount_won,
        currencies.currencies,
        currencies.currency,
        cast(sum(coalesce(arrivals.entered, 0) - coalesce(departures.advanced, 0) - coalesce(departures.exited, 0)) over (
            partition by groups.unit, groups.segment, groups.step
            order by months.period_on
            rows between unbounded preceding and current row
        ) as bigint) as open_at_end,
    from groups
    inner join months on months.period_on >= groups.starts_on
    left join arrivals using (unit, segment, step, period_on)
    left join departures using (unit, segment, step, period_on)
    left join currencies using (unit, segment, step)
)

select
    counted.period_on,
    counted.unit,
    counted.segment,
    counted.step,
    counted.open_at_end - counted.entered + counted.advanced + counted.exited as open_at_start,
    counted.entered,
    counted.advanced,
    counted.exited,
    counted.open_at_end,
    safe_div(counted.advanced + counted.exited, counted.entered) as throughput_ratio,
    case when counted.currencies <= 1 then cast(counted.amount as double) end as amount,
    case when counted.currencies <= 1 then cast(counted.amount_won as double) end as amount_won,
    case when counted.currencies = 1 then counted.currency end as currency,
    settings.metric_version,
    config.as_of.as_of,
from counted
cross join config.funnel as settings
cross join config.as_of
