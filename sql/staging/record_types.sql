-- One row per record type of the CRM
-- key: record_type_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as record_type_id,
    cast(null as varchar) as record_type,
    cast(null as varchar) as object,
    cast(null as boolean) as is_person_type,
where false
