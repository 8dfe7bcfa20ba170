-- One row per column of a source whose past is kept and record that it is told of, with the attribute of core that it is
-- key: object, column_name, record_of
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as object,
    cast(null as varchar) as column_name,
    cast(null as varchar) as record_of,
    cast(null as varchar) as attribute,
where false
