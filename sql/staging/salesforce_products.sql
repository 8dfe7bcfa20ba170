-- One row per product of the CRM
-- key: product_id
-- feeds: staging.products
select
    Id as product_id,
    nullif(trim(Name), '') as product_name,
    ProductCode as product_code,
    Family as product_family,
    IsActive as is_active,
    coalesce(IsDeleted, false) or _absent_since is not null as is_deleted,
    CreatedDate as created_at,
from raw.product2
