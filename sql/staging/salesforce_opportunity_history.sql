-- One row per recorded state of an opportunity: stage, amount and close date as they stood from then on
-- key: opportunity_history_id
-- feeds: staging.opportunity_history
select
    Id as opportunity_history_id,
    OpportunityId as opportunity_id,
    nullif(trim(StageName), '') as stage,
    Amount as amount,
    Probability as probability,
    CloseDate as close_on,
    CreatedDate as changed_at,
from raw.opportunity_history
where not coalesce(IsDeleted, false)
