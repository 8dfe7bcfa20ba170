-- One row per contact who takes part in an opportunity, deleted roles included
-- key: opportunity_contact_role_id
-- feeds: staging.opportunity_contact_roles
select
    Id as opportunity_contact_role_id,
    OpportunityId as opportunity_id,
    ContactId as contact_id,
    nullif(trim(Role), '') as contact_role,
    coalesce(IsPrimary, false) as is_primary,
    coalesce(IsDeleted, false) or _absent_since is not null as is_deleted,
    CreatedDate as created_at,
from raw.opportunity_contact_role
