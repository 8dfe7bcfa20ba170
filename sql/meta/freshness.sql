-- One row per run and object that a contract names, with its newest moment and how old that was at the as-of moment
-- key: run_id, source, object
select
    load_id as run_id,
    source,
    object,
    load_number,
    is_present,
    records,
    newest_at,
    age_hours,
from ledger.freshness
