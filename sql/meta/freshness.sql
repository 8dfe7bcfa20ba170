-- One row per run and object that a contract names, with its newest moment, how old that was, and the verdict on it
-- key: run_id, source, object
-- age_hours counts to the newest moment of all extracts (the default as-of moment), lag_hours to that of the same source.
-- expected_hours is what the contract promises in slaProperties; without it the verdict is empty: no age is too much.
select
    load_id as run_id,
    source,
    object,
    load_number,
    is_present,
    records,
    newest_at,
    age_hours,
    (epoch_s(max(newest_at) over (partition by load_id, source)) - epoch_s(newest_at)) / 3600 as lag_hours,
    expected_hours,
    case
        when records = 0 or age_hours is null then 'unknown'
        when expected_hours is null then null
        when age_hours > expected_hours then 'late'
        else 'fresh'
    end as verdict,
from ledger.freshness
