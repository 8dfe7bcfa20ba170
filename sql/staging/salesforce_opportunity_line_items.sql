-- One row per product line of an opportunity
-- key: opportunity_line_id
-- feeds: staging.opportunity_line_items
select
    Id as opportunity_line_id,
    OpportunityId as opportunity_id,
    Product2Id as product_id,
    Name as line_name,
    ProductCode as product_code,
    Quantity as quantity,
    TotalPrice as amount,
    CurrencyIsoCode as currency,
    coalesce(IsDeleted, false) or _absent_since is not null as is_deleted,
    CreatedDate as created_at,
from raw.opportunity_line_item
