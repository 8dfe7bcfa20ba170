-- One row per record type of the replicated CRM
-- key: record_type_id
-- feeds: staging.record_types
-- What the CRM's own export holds, too, is left to it.
select
    replica.id as record_type_id,
    replica.name as record_type,
    replica.sobject_type as object,
    coalesce(replica.is_person_type, false) as is_person_type,
from raw.sf_record_type as replica
anti join raw.record_type as own on replica.id = own.Id
