-- One row per currency of the CRM with its rate of today: so many units of it are one of the corporate currency
-- key: currency
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as currency,
    cast(null as double) as rate,
    cast(null as boolean) as is_corporate,
where false
