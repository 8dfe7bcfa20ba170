-- One row per account with what its people do and what was done with them
-- key: account_id
with

now as (
    select as_of from config.as_of
),

people as (
    select
        people.account_id,
        sum(cast(points.engagement_points as decimal(18, 6))) as points,
        max(points.last_action_at) as last_engagement_at,
    from core.people as people
    inner join features.engagement_points as points on people.person_id = points.person_id
    where people.account_id is not null
    group by people.account_id
),

people_out as (
    select suppressions.person_id
    from core.suppressions as suppressions
    inner join config.suppression_reasons as reasons on suppressions.reason = reasons.reason
    where reasons.keeps_off = 'person'
),

-- Whoever belongs to several accounts can be reached for each of them.
places as (
    select person_id, account_id
    from core.people
    where account_id is not null
    union
    select person_id, account_id
    from core.contact_accounts
    where not is_own
),

reachable as (
    select places.account_id, count(*) as reachable_contacts
    from places
    inner join core.people as people on places.person_id = people.person_id
    anti join people_out on places.person_id = people_out.person_id
    where people.email is not null or people.phone is not null
    group by places.account_id
),

sales as (
    select touches.account_id, max(touches.occurred_at) as last_sales_touch_at
    from core.touches as touches
    cross join now
    where touches.actor = 'sales'
        and touches.account_id is not null
        and touches.occurred_at <= now.as_of
    group by touches.account_id
)

select
    accounts.account_id,
    cast(coalesce(people.points, 0) as double) as engagement_score,
    people.last_engagement_at,
    sales.last_sales_touch_at,
    coalesce(reachable.reachable_contacts, 0) as reachable_contacts,
from core.accounts as accounts
left join people on accounts.account_id = people.account_id
left join sales on accounts.account_id = sales.account_id
left join reachable on accounts.account_id = reachable.account_id
