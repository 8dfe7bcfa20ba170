-- One row per stage of a HubSpot pipeline
-- key: opportunity_stage_id
-- feeds: staging.opportunity_stages
select
    'hubspot-stage-' || stage_id as opportunity_stage_id,
    coalesce(nullif(trim(label), ''), stage_id) as stage,
    coalesce(nullif(trim(label), ''), stage_id) as stage_label,
    display_order as stage_order,
    probability * 100 as probability,
    is_closed,
    closed_won as is_won,
from raw.hubspot_deal_pipeline_stage
