-- One row per object that a contract names, with what the extracts hold of it
-- key: source, object
select
    source,
    object,
    is_present or records > 0 as is_present,
    records,
    first_at,
    newest_at as last_at,
from ledger.freshness
where load_number = (select max(load_number) from ledger.freshness)
