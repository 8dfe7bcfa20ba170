-- One row per stage and month with how long opportunities usually stayed in the stage, as was known when the month began
-- key: stage, month_at
-- Stays that ended in the year before; fewer than ten of them tell no usual time, and less than a day is
-- told as a day.
with

months as (
    select distinct date_trunc('month', as_of) as month_at from spine.opportunity_win
),

stays as (
    select stage, left_at, days_between(entered_at, left_at) as days_in_stage
    from core.opportunity_stages
    where entered_at is not null
        and left_at is not null
)

select
    stays.stage,
    months.month_at,
    greatest(median(stays.days_in_stage), 1) as usual_days,
from months
inner join stays
    on stays.left_at < months.month_at
    and stays.left_at >= add_days(months.month_at, -365)
group by stays.stage, months.month_at
having count(*) >= 10
