-- One row per pipeline of HubSpot deals: the process that they go through
-- key: record_type_id
-- feeds: staging.record_types
select
    'hubspot-pipeline-' || pipeline_id as record_type_id,
    label as record_type,
    'Opportunity' as object,
    false as is_person_type,
from raw.hubspot_deal_pipeline
