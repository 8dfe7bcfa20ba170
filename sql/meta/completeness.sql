-- One row per run, object that it read, field and owner (empty: all records), with how many cells were filled
-- key: run_id, source, object, field, owner
select
    load_id as run_id,
    source,
    object,
    field,
    owner,
    load_number,
    records,
    filled,
    filled / nullif(records, 0) as share,
from ledger.completeness
