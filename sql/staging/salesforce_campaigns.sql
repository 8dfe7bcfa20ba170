-- One row per campaign of the CRM, deleted ones included
-- key: campaign_id
-- feeds: staging.campaigns
select
    Id as campaign_id,
    ParentId as parent_id,
    OwnerId as owner_id,
    nullif(trim(Name), '') as campaign_name,
    nullif(trim(Type), '') as campaign_type,
    Status as status,
    BudgetedCost as budgeted_cost,
    ActualCost as actual_cost,
    CurrencyIsoCode as currency,
    StartDate as start_on,
    EndDate as end_on,
    coalesce(IsDeleted, false) or _absent_since is not null as is_deleted,
    CreatedDate as created_at,
from raw.campaign
