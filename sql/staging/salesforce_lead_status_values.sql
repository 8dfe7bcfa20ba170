-- One row per status that leads of the CRM may have
-- key: lead_status_id
-- feeds: staging.lead_status_values
select
    Id as lead_status_id,
    nullif(trim(coalesce(ApiName, MasterLabel)), '') as status,
    nullif(trim(MasterLabel), '') as status_label,
    SortOrder as status_order,
    IsDefault as is_default,
    IsConverted as is_converted,
from raw.lead_status
