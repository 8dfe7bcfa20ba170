-- One row per recorded change of a lead
-- key: lead_history_id
select
    Id as lead_history_id,
    LeadId as lead_id,
    lower(Field) as field,
    nullif(trim(OldValue), '') as old_value,
    nullif(trim(NewValue), '') as new_value,
    CreatedDate as changed_at,
from raw.lead_history
where not coalesce(IsDeleted, false)
