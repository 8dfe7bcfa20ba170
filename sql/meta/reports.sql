-- One row per run and remark about an extract: unlisted files, missing objects, warnings in words
-- key: run_id, kind, object, file, message
select distinct
    load_id as run_id,
    kind,
    coalesce(object, '') as object,
    coalesce(file, '') as file,
    message,
from ledger.reports
