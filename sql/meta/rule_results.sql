-- One row per run, extract object and contract rule with the rows that broke it; children of late parents wait apart
-- key: run_id, object, rule_id, kind
select
    load_id as run_id,
    object,
    rule_id,
    kind,
    severity,
    rows_failed,
    rows_waiting,
    sample,
from ledger.rule_results
