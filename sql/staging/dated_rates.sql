-- One row per currency and day from which a dated rate holds: so many units of it are one of the corporate currency
-- key: currency, from_on
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as currency,
    cast(null as date) as from_on,
    cast(null as double) as rate,
    cast(null as timestamp) as created_at,
where false
