-- One row per record, column and stretch of one value, of columns that ever changed
-- key: object, record_id, column_name, stretch_number
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as object,
    cast(null as varchar) as record_id,
    cast(null as varchar) as column_name,
    cast(null as varchar) as record_of,
    cast(null as bigint) as stretch_number,
    cast(null as varchar) as value,
    cast(null as boolean) as is_known,
    cast(null as timestamp) as from_at,
    cast(null as timestamp) as until_at,
    cast(null as timestamp) as observed_at,
    cast(null as varchar) as known_by,
where false
