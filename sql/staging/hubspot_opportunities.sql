-- One row per HubSpot deal, deleted and merged ones too
-- key: opportunity_id
-- feeds: staging.opportunities
with

companies as (
    select deal_id, min(company_id) as company_id
    from raw.hubspot_deal_company
    where not coalesce(_fivetran_deleted, false)
    group by deal_id
)

select
    'hubspot-deal-' || deals.deal_id as opportunity_id,
    'hubspot-company-' || companies.company_id as account_id,
    'hubspot-owner-' || deals.owner_id as owner_id,
    'hubspot-pipeline-' || deals.deal_pipeline_id as record_type_id,
    deals.property_dealname as opportunity_name,
    coalesce(nullif(trim(stages.label), ''), deals.deal_pipeline_stage_id) as stage,
    deals.property_amount as amount,
    deals.property_deal_currency_code as currency,
    100 * coalesce(stages.probability, deals.property_hs_deal_stage_probability) as probability,
    deals.property_dealtype as opportunity_type,
    deals.property_hs_analytics_source as lead_source,
    coalesce(deals.property_hs_is_closed, stages.is_closed) as is_closed,
    coalesce(deals.property_hs_is_closed_won, stages.closed_won) as is_won,
    cast(deals.property_closedate as date) as close_on,
    coalesce(deals.is_deleted, false) or merged.merged_deal_id is not null as is_deleted,
    deals.property_createdate as created_at,
    greatest(
        deals.property_createdate,
        coalesce(deals.property_hs_lastmodifieddate, deals._fivetran_synced, deals.property_createdate)
    ) as modified_at,
from raw.hubspot_deal as deals
left join companies on deals.deal_id = companies.deal_id
left join raw.hubspot_deal_pipeline_stage as stages on deals.deal_pipeline_stage_id = stages.stage_id
left join raw.hubspot_merged_deal as merged on deals.deal_id = merged.merged_deal_id
