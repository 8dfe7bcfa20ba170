-- One row per customer, period, source and fetch
-- key: account_id, period_on, source, fetched_at
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as account_id,
    cast(null as date) as period_on,
    cast(null as varchar) as source,
    cast(null as bigint) as incidents,
    cast(null as bigint) as severe_incidents,
    cast(null as bigint) as open_incidents,
    cast(null as double) as minutes_down,
    cast(null as timestamp) as fetched_at,
where false
