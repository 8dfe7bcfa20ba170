-- One row per product of the replicated CRM
-- key: product_id
-- feeds: staging.products
-- What the CRM's own export holds, too, is left to it.
select
    replica.id as product_id,
    nullif(trim(replica.name), '') as product_name,
    replica.product_code,
    replica.family as product_family,
    replica.is_active,
    coalesce(replica.is_deleted, false) or coalesce(replica._fivetran_deleted, false)
        or not coalesce(replica._fivetran_active, true) or replica._absent_since is not null as is_deleted,
    coalesce(replica.created_date, setting.as_of) as created_at,
from raw.sf_product2 as replica
cross join config.as_of as setting
anti join raw.product2 as own on replica.id = own.Id
