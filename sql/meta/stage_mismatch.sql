-- One row per owner of opportunities: how often the stage that the CRM asserts is not supported by the fields
-- key: owner
-- `owner` is the id, or `nobody`. Amounts are null where an owner's open deals are in several currencies.
with

deals as (
    select *, coalesce(owner_id, 'nobody') as owner, outcome = 'open' as is_open
    from core.opportunity_support
),

gaps as (
    select deals.owner, gates.requirement, max(gates.field) as field, count(*) as deals
    from core.opportunity_gates as gates
    inner join deals on gates.opportunity_id = deals.opportunity_id
    where not gates.is_met
    group by deals.owner, gates.requirement
),

worst as (
    select owner, requirement, field
    from gaps
    qualify row_number() over (partition by owner order by deals desc, requirement) = 1
)

select
    deals.owner,
    max(deals.owner_name) as owner_name,
    count(*) filter (where deals.is_open) as open_opportunities,
    count(*) filter (where deals.is_open and deals.is_overstated) as overstated,
    safe_div(
        count(*) filter (where deals.is_open and deals.is_overstated), count(*) filter (where deals.is_open)
    ) as overstated_share,
    case
        when count(distinct deals.reported_currency) filter (where deals.is_open) <= 1
        then sum(deals.reported_amount) filter (where deals.is_open)
    end as amount_open,
    case
        when count(distinct deals.reported_currency) filter (where deals.is_open) <= 1
        then coalesce(sum(deals.reported_amount) filter (where deals.is_open and deals.is_overstated), 0)
    end as amount_overstated,
    case
        when count(distinct deals.reported_currency) filter (where deals.is_open) <= 1
        then max(deals.reported_currency) filter (where deals.is_open)
    end as currency,
    count(*) filter (where not deals.is_open) as closed_opportunities,
    count(*) filter (where not deals.is_open and deals.is_overstated) as closed_with_gaps,
    max(worst.requirement) as worst_requirement,
    max(worst.field) as worst_field,
from deals
left join worst on deals.owner = worst.owner
group by deals.owner
