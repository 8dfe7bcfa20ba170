-- One row per recorded change of a field of an opportunity
-- key: opportunity_field_history_id
-- feeds: staging.opportunity_field_history
select
    Id as opportunity_field_history_id,
    OpportunityId as opportunity_id,
    lower(Field) as field,
    nullif(trim(OldValue), '') as old_value,
    nullif(trim(NewValue), '') as new_value,
    CreatedDate as changed_at,
from raw.opportunity_field_history
where not coalesce(IsDeleted, false)
