-- One row per opportunity and moment with everything the opportunity-win model may know, and the label where it has matured
-- key: opportunity_id, as_of
-- A deal's own columns enter when its contract calls them known at creation, the others as of the moment only.
with

milestones as (
    select max(min_percent) as qualified_percent from config.milestones where milestone = 'qualified'
),

lines as (
    select spine.opportunity_id, spine.as_of, count(*) as product_lines
    from spine.opportunity_win as spine
    inner join staging.opportunity_line_items as lines
        on spine.opportunity_id = lines.opportunity_id
        and lines.created_at <= spine.as_of
    where not lines.is_deleted
    group by spine.opportunity_id, spine.as_of
)

select
    spine.opportunity_id,
    spine.as_of,
    spine.purpose,
    spine.group_id,
    spine.label,
    spine.weight,
    spine.outcome_at,
    case
        when not deals.is_backfilled then cast(floor(days_between(deals.created_at, spine.as_of)) as bigint)
    end as age_days,
    deals.lead_source,
    states.stage,
    states.stage_percent,
    states.stage_percent >= milestones.qualified_percent as is_qualified,
    case when states.probability <= 1 then 100 * states.probability else states.probability end as crm_probability,
    cast(floor(states.stage_days) as bigint) as stage_days,
    safe_div(states.stage_days, pace.usual_days) as stage_days_to_usual,
    states.steps_forward,
    states.steps_back,
    states.close_pushes,
    states.close_days_pushed,
    case when states.days_to_close >= 0 then states.days_to_close end as days_to_close,
    case when states.days_to_close < 0 then -states.days_to_close when states.days_to_close >= 0 then 0 end as days_overdue,
    states.amount,
    owners.won_share as owner_won_share,
    accounts.industry,
    accounts.country,
    accounts.employees,
    accounts.annual_revenue,
    accounts.technologies,
    accounts.earlier_wins,
    accounts.earlier_losses,
    accounts.other_open_deals,
    coalesce(people.contacts_named, 0) as contacts_named,
    people.highest_seniority,
    coalesce(lines.product_lines, 0) as product_lines,
    activity.actions_7d,
    activity.actions_30d,
    activity.actions_90d,
    activity.sales_touches_7d,
    activity.sales_touches_30d,
    activity.sales_touches_90d,
    activity.meetings_90d,
    activity.days_since_last_touch,
    activity.planned_tasks,
from spine.opportunity_win as spine
cross join milestones
inner join core.opportunities as deals on spine.opportunity_id = deals.opportunity_id
inner join features.opportunity_states as states
    on spine.opportunity_id = states.opportunity_id and spine.as_of = states.as_of
inner join features.opportunity_activity as activity
    on spine.opportunity_id = activity.opportunity_id and spine.as_of = activity.as_of
left join features.opportunity_pace as pace
    on states.stage = pace.stage and date_trunc('month', spine.as_of) = pace.month_at
left join features.opportunity_owners as owners
    on states.owner_id = owners.owner_id and date_trunc('month', spine.as_of) = owners.month_at
left join features.opportunity_accounts as accounts
    on spine.opportunity_id = accounts.opportunity_id and spine.as_of = accounts.as_of
left join features.opportunity_people as people
    on spine.opportunity_id = people.opportunity_id and spine.as_of = people.as_of
left join lines on spine.opportunity_id = lines.opportunity_id and spine.as_of = lines.as_of
