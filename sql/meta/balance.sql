-- One row per run and extract file with how its rows add up
-- key: run_id, source, object, file
-- rows_read comes from a count of its own: it equals the sum of the five others, or rows were lost.
select
    load_id as run_id,
    source,
    object,
    file,
    lines_read,
    rows_read,
    rows_loaded,
    rows_identical,
    rows_superseded,
    rows_quarantined,
    rows_rejected,
from ledger.balance
