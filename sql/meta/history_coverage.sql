-- One row per object and column whose past is known, with since when and by what
-- key: object, column_name
-- Before known_from nobody knows what the column held. A column that is known at creation is known since each record's
-- own; the oldest one's is shown.
select
    object,
    column_name,
    known_at,
    known_from,
    known_by,
    first_extract_at,
    told_from_at,
    changes,
from ledger.history_coverage
