-- One row per account that a contact belongs to, its own one included, deleted rows too
-- key: contact_account_id
-- feeds: staging.contact_accounts
select
    Id as contact_account_id,
    ContactId as contact_id,
    AccountId as account_id,
    nullif(trim(Roles), '') as roles,
    IsActive as is_active,
    StartDate as start_on,
    EndDate as end_on,
    coalesce(IsDeleted, false) or _absent_since is not null as is_deleted,
    CreatedDate as created_at,
from raw.account_contact_relation
