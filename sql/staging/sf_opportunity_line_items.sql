-- One row per product line of an opportunity of the replicated CRM
-- key: opportunity_line_id
-- feeds: staging.opportunity_line_items
-- What the CRM's own export holds, too, is left to it.
select
    replica.id as opportunity_line_id,
    replica.opportunity_id,
    replica.product_2_id as product_id,
    replica.name as line_name,
    replica.product_code,
    replica.quantity,
    replica.total_price as amount,
    replica.currency_iso_code as currency,
    coalesce(replica.is_deleted, false) or coalesce(replica._fivetran_deleted, false)
        or not coalesce(replica._fivetran_active, true) or replica._absent_since is not null as is_deleted,
    coalesce(replica.created_date, setting.as_of) as created_at,
from raw.sf_opportunity_line_item as replica
cross join config.as_of as setting
anti join raw.opportunity_line_item as own on replica.id = own.Id
