-- One row per opportunity and moment with what was known then of its account: firmographics and earlier business
-- key: opportunity_id, as_of
-- What the CRM says of the account first, then what a third party had said by then.
with

moments as (
    select states.opportunity_id, states.as_of, accounts.*
    from features.opportunity_states as states
    inner join core.accounts as accounts
        on states.account_id = accounts.account_id
        and accounts.created_at <= states.as_of
),

overlays as (
    select
        moments.opportunity_id,
        moments.as_of,
        firmographics.industry,
        firmographics.employees,
        firmographics.annual_revenue,
        firmographics.country,
        nullif(replace(firmographics.technologies, ';', ', '), '') as technologies,
    from moments
    inner join staging.firmographics as firmographics
        on moments.domain = firmographics.domain
        and firmographics.fetched_at <= moments.as_of
    qualify row_number() over (
        partition by moments.opportunity_id, moments.as_of order by firmographics.fetched_at desc, firmographics.source
    ) = 1
),

deals as (
    select opportunity_id, account_id, created_at, closed_at, closed_at as won_at, cast(null as timestamp) as lost_at
    from core.opportunities
    where outcome = 'won'
    union all
    select opportunity_id, account_id, created_at, closed_at, null, closed_at
    from core.opportunities
    where outcome <> 'won'
),

business as (
    select
        moments.opportunity_id,
        moments.as_of,
        count(*) filter (where deals.won_at <= moments.as_of) as earlier_wins,
        count(*) filter (where deals.lost_at <= moments.as_of) as earlier_losses,
        count(*) filter (where deals.closed_at is null or deals.closed_at > moments.as_of) as other_open_deals,
    from moments
    inner join deals
        on moments.account_id = deals.account_id
        and moments.opportunity_id <> deals.opportunity_id
        and deals.created_at <= moments.as_of
    group by moments.opportunity_id, moments.as_of
)

select
    moments.opportunity_id,
    moments.as_of,
    coalesce(moments.industry, overlays.industry) as industry,
    coalesce(moments.country, overlays.country) as country,
    coalesce(moments.employees, overlays.employees) as employees,
    coalesce(moments.annual_revenue, overlays.annual_revenue) as annual_revenue,
    overlays.technologies,
    coalesce(business.earlier_wins, 0) as earlier_wins,
    coalesce(business.earlier_losses, 0) as earlier_losses,
    coalesce(business.other_open_deals, 0) as other_open_deals,
from moments
left join overlays on moments.opportunity_id = overlays.opportunity_id and moments.as_of = overlays.as_of
left join business on moments.opportunity_id = business.opportunity_id and moments.as_of = business.as_of
