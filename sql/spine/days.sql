-- One row per day from the start of the history to the as-of day
-- key: day_on
-- A migration brings records of unknown age: the history starts with the first record that was made in this CRM.
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

history as (
    select cast(min(created_at) as date) as starts_on from moments
),

bounds as (
    select history.starts_on, config.as_of.as_of
    from history
    cross join config.as_of
)

select
    cast(add_days(bounds.starts_on, numbers.day_number) as date) as day_on,
    numbers.day_number,
    add_days(bounds.starts_on, numbers.day_number) as landmark_at,
from numbers
inner join bounds
    on add_days(bounds.starts_on, numbers.day_number) <= bounds.as_of
