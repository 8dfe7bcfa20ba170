-- One row per record, attribute that features read and stretch of one value, of those that are known to have changed
-- key: record_of, record_id, attribute, stretch_number
-- Deleted and merged records too, unlike core.attribute_history. A null value: blank, or known to nobody. A record
-- without a row held what it holds today, as far as anybody knows: so the words that a record came with, and the
-- references that choose rows, never a status. The first stretch reaches back without end, the last one forward.
select
    changes.record_of,
    changes.record_id,
    names.attribute,
    changes.stretch_number,
    case when changes.is_known then nullif(trim(changes.value), '') end as value,
    coalesce(changes.from_at, timestamp '1900-01-01 00:00:00') as from_at,
    coalesce(changes.until_at, timestamp '9999-12-31 00:00:00') as until_at,
from staging.attribute_changes as changes
inner join staging.attribute_names as names
    on changes.object = names.object and changes.column_name = names.column_name
    and changes.record_of = names.record_of
where (
        names.attribute in ('title', 'email', 'industry', 'employees', 'annual_revenue', 'country')
        or names.attribute in ('lead_source', 'account_source', 'website')
        or (names.record_of = 'opportunity' and names.attribute = 'account_id')
    )
    and coalesce(changes.until_at > changes.from_at, true)
