-- One row per opportunity stage that the CRM knows
-- key: opportunity_stage_id
-- feeds: staging.opportunity_stages
select
    Id as opportunity_stage_id,
    nullif(trim(coalesce(ApiName, MasterLabel)), '') as stage,
    nullif(trim(MasterLabel), '') as stage_label,
    SortOrder as stage_order,
    DefaultProbability as probability,
    IsClosed as is_closed,
    IsWon as is_won,
from raw.opportunity_stage
