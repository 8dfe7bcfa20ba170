-- One row per recorded change of a field of an opportunity of the replicated CRM
-- key: opportunity_field_history_id
-- feeds: staging.opportunity_field_history
select
    replica.id as opportunity_field_history_id,
    replica.opportunity_id,
    lower(replica.field) as field,
    nullif(trim(replica.old_value), '') as old_value,
    nullif(trim(replica.new_value), '') as new_value,
    replica.created_date as changed_at,
from raw.sf_opportunity_field_change as replica
anti join raw.opportunity_field_history as own on replica.id = own.Id
where not coalesce(replica.is_deleted, false) and not coalesce(replica._fivetran_deleted, false)
