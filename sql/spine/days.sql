-- One row per day from the start of the history to the as-of day
-- key: day_on
-- A migration brings records of unknown age: the history starts with the first record that was made in this CRM, and
-- reaches back 9,999 days at most. Days are numbered from 1970, so that nobody's landmarks move when the history grows.
with

digits as (
    select digit from (values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)) as listed (digit)
),

numbers as (
    select thousands.digit * 1000 + hundreds.digit * 100 + tens.digit * 10 + ones.digit as day_number
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
),

moments as (
    select created_at from core.leads where not is_backfilled
    union all
    select created_at from core.opportunities where not is_backfilled
),

bounds as (
    select cast(min(moments.created_at) as date) as starts_on, config.as_of.as_of
    from moments
    cross join config.as_of
    group by config.as_of.as_of
),

days as (
    select
        bounds.starts_on,
        bounds.as_of,
        cast(add_days(cast(bounds.as_of as date), -numbers.day_number) as date) as day_on,
    from numbers
    cross join bounds
)

select
    day_on,
    date_diff('day', date '1970-01-01', day_on) as day_number,
    date_diff('day', starts_on, day_on) as history_days,
    cast(day_on as timestamp) as landmark_at,
from days
where day_on >= starts_on
