-- One row per lead, account or opportunity and segment that it belongs to: all, or one value of an attribute
-- key: unit, unit_id, segment
with

first_campaigns as (
    select lead_id, campaign_id
    from core.campaign_members
    where lead_id is not null
    qualify row_number() over (partition by lead_id order by added_at, campaign_member_id) = 1
),

lead_attributes as (
    select
        'lead' as unit, leads.lead_id as unit_id,
        leads.lead_source as source, leads.industry, leads.country, leads.owner_name as owner,
        campaigns.campaign_name as campaign, cast(null as varchar) as type,
    from core.leads as leads
    left join first_campaigns on leads.lead_id = first_campaigns.lead_id
    left join core.campaigns as campaigns on first_campaigns.campaign_id = campaigns.campaign_id
),

opportunity_attributes as (
    select
        'opportunity' as unit, opportunities.opportunity_id as unit_id,
        opportunities.lead_source as source, accounts.industry, accounts.country, opportunities.owner_name as owner,
        campaigns.campaign_name as campaign, opportunities.opportunity_type as type,
    from core.opportunities as opportunities
    left join core.accounts as accounts on opportunities.account_id = accounts.account_id
    left join core.campaigns as campaigns on opportunities.campaign_id = campaigns.campaign_id
),

account_attributes as (
    select
        'account' as unit, account_id as unit_id,
        account_source as source, industry, country, owner_name as owner,
        cast(null as varchar) as campaign, cast(null as varchar) as type,
    from core.accounts
),

attributes as (
    select * from lead_attributes
    union all
    select * from opportunity_attributes
    union all
    select * from account_attributes
),

segments as (
    select unit, unit_id, 'all' as segment from attributes
    union all
    select unit, unit_id, 'source:' || source from attributes where source is not null
    union all
    select unit, unit_id, 'industry:' || industry from attributes where industry is not null
    union all
    select unit, unit_id, 'country:' || country from attributes where country is not null
    union all
    select unit, unit_id, 'owner:' || owner from attributes where owner is not null
    union all
    select unit, unit_id, 'campaign:' || campaign from attributes where campaign is not null
    union all
    select unit, unit_id, 'type:' || type from attributes where type is not null
)

select unit, unit_id, segment
from segments
