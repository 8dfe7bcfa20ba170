-- One row per recorded change of a lead of the replicated CRM
-- key: lead_history_id
-- feeds: staging.lead_history
select
    replica.id as lead_history_id,
    replica.lead_id,
    lower(replica.field) as field,
    nullif(trim(replica.old_value), '') as old_value,
    nullif(trim(replica.new_value), '') as new_value,
    replica.created_date as changed_at,
from raw.sf_lead_change as replica
anti join raw.lead_history as own on replica.id = own.Id
where not coalesce(replica.is_deleted, false) and not coalesce(replica._fivetran_deleted, false)
