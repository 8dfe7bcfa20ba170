-- One row per record type of the CRM
-- key: record_type_id
-- feeds: staging.record_types
select
    Id as record_type_id,
    Name as record_type,
    SobjectType as object,
    coalesce(IsPersonType, false) as is_person_type,
from raw.record_type
