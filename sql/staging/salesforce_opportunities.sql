-- One row per opportunity record of the CRM, deleted ones included
-- key: opportunity_id
-- feeds: staging.opportunities
select
    Id as opportunity_id,
    AccountId as account_id,
    CampaignId as campaign_id,
    OwnerId as owner_id,
    CreatedById as created_by_id,
    RecordTypeId as record_type_id,
    Name as opportunity_name,
    nullif(trim(StageName), '') as stage,
    Amount as amount,
    CurrencyIsoCode as currency,
    Probability as probability,
    Type as opportunity_type,
    LeadSource as lead_source,
    IsClosed as is_closed,
    IsWon as is_won,
    CloseDate as close_on,
    coalesce(IsDeleted, false) or _absent_since is not null as is_deleted,
    CreatedDate as created_at,
    SystemModstamp as modified_at,
from raw.opportunity
