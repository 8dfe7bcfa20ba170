-- One row per opportunity stage that the replicated CRM knows
-- key: opportunity_stage_id
-- feeds: staging.opportunity_stages
-- What the CRM's own export holds, too, is left to it.
select
    replica.id as opportunity_stage_id,
    nullif(trim(coalesce(replica.api_name, replica.master_label)), '') as stage,
    nullif(trim(replica.master_label), '') as stage_label,
    replica.sort_order as stage_order,
    replica.default_probability as probability,
    replica.is_closed,
    replica.is_won,
from raw.sf_opportunity_stage as replica
anti join raw.opportunity_stage as own on replica.id = own.Id
