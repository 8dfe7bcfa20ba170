-- One row per contact who takes part in an opportunity, deleted roles included of the replicated CRM
-- key: opportunity_contact_role_id
-- feeds: staging.opportunity_contact_roles
-- What the CRM's own export holds, too, is left to it.
select
    replica.id as opportunity_contact_role_id,
    replica.opportunity_id,
    replica.contact_id,
    nullif(trim(replica.role), '') as contact_role,
    coalesce(replica.is_primary, false) as is_primary,
    coalesce(replica.is_deleted, false) or coalesce(replica._fivetran_deleted, false)
        or not coalesce(replica._fivetran_active, true) or replica._absent_since is not null as is_deleted,
    coalesce(replica.created_date, setting.as_of) as created_at,
from raw.sf_opportunity_contact_role as replica
cross join config.as_of as setting
anti join raw.opportunity_contact_role as own on replica.id = own.Id
