-- One row per product
-- key: product_id
select
    product_id,
    product_name,
    product_code,
    product_family,
    is_active,
    created_at,
from staging.products
where not is_deleted
