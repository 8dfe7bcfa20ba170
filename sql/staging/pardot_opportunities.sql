-- One row per Pardot opportunity, where no export of the CRM holds one
-- key: opportunity_id
-- feeds: staging.opportunities
-- Pardot has its opportunities from the CRM, under ids of its own: beside the CRM's they would count twice.
with

crm as (
    select count(*) as opportunities
    from (
        select opportunity_id from staging.salesforce_opportunities
        union all
        select opportunity_id from staging.sf_opportunities
    ) as either
),

accounts as (
    select links.opportunity_id, min(prospects.prospect_account_id) as prospect_account_id
    from raw.pardot_opportunity_prospect as links
    inner join raw.pardot_prospect as prospects on links.prospect_id = prospects.id
    group by links.opportunity_id
)

select
    'pardot-opportunity-' || opportunities.id as opportunity_id,
    'pardot-account-' || accounts.prospect_account_id as account_id,
    'pardot-campaign-' || opportunities.campaign_id as campaign_id,
    opportunities.name as opportunity_name,
    nullif(trim(opportunities.stage), '') as stage,
    opportunities.value as amount,
    opportunities.probability,
    opportunities.type as opportunity_type,
    lower(opportunities.status) in ('won', 'lost') as is_closed,
    lower(opportunities.status) = 'won' as is_won,
    cast(opportunities.closed_at as date) as close_on,
    coalesce(opportunities._fivetran_deleted, false) as is_deleted,
    opportunities.created_at,
    greatest(opportunities.updated_at, opportunities.created_at) as modified_at,
from raw.pardot_opportunity as opportunities
cross join crm
left join accounts on opportunities.id = accounts.opportunity_id
where crm.opportunities = 0
