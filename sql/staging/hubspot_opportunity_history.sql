-- One row per HubSpot deal and stage that it entered
-- key: opportunity_history_id
-- feeds: staging.opportunity_history
-- From the table of stages; of deals that it does not hold, from the history of their properties.
with

entries as (
    select deal_id, value as stage_id, date_entered as changed_at
    from raw.hubspot_deal_stage
    union all
    select history.deal_id, history.value, history.timestamp
    from raw.hubspot_deal_property_history as history
    anti join raw.hubspot_deal_stage as listed on history.deal_id = listed.deal_id
    where history.name = 'dealstage'
)

select
    'hubspot-stage-entry-' || entries.deal_id || '-' || cast(entries.changed_at as varchar) as opportunity_history_id,
    'hubspot-deal-' || entries.deal_id as opportunity_id,
    coalesce(nullif(trim(stages.label), ''), entries.stage_id) as stage,
    100 * stages.probability as probability,
    entries.changed_at,
from entries
left join raw.hubspot_deal_pipeline_stage as stages on entries.stage_id = stages.stage_id
