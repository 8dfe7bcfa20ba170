-- One row per owner and month with the share of the new business that the owner had won, as was known when the month began
-- key: owner_id, month_at
-- Deals closed in the year before; fewer than ten of them tell no rate.
with

months as (
    select distinct date_trunc('month', as_of) as month_at from spine.opportunity_win
),

deals as (
    select owner_id, closed_at, 1 as wins
    from core.opportunities
    where outcome = 'won'
        and is_new_business
    union all
    select owner_id, closed_at, 0 as wins
    from core.opportunities
    where outcome = 'lost'
        and is_new_business
)

select
    deals.owner_id,
    months.month_at,
    safe_div(sum(deals.wins), count(*)) as won_share,
from months
inner join deals
    on deals.closed_at < months.month_at
    and deals.closed_at >= add_days(months.month_at, -365)
where deals.owner_id is not null
group by deals.owner_id, months.month_at
having count(*) >= 10
