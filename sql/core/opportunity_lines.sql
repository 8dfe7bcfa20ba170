-- One row per product line of an opportunity
-- key: opportunity_line_id
select
    lines.opportunity_line_id,
    lines.opportunity_id,
    lines.product_id,
    coalesce(products.product_name, lines.line_name) as product_name,
    lines.quantity,
    lines.amount,
    coalesce(lines.currency, opportunities.currency) as currency,
    lines.created_at,
from staging.opportunity_line_items as lines
inner join core.opportunities as opportunities on lines.opportunity_id = opportunities.opportunity_id
cross join config.as_of as setting
left join core.products as products on lines.product_id = products.product_id
where not lines.is_deleted
    and lines.created_at <= setting.as_of
