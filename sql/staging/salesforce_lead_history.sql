-- One row per recorded change of a lead
-- key: lead_history_id
-- feeds: staging.lead_history
select
    Id as lead_history_id,
    LeadId as lead_id,
    lower(Field) as field,
    nullif(trim(OldValue), '') as old_value,
    nullif(trim(NewValue), '') as new_value,
    CreatedDate as changed_at,
from raw.lead_history
where not coalesce(IsDeleted, false)
