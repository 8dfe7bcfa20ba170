-- One row per opportunity as it stood at the as-of moment
-- key: opportunity_id
-- A record that changed after that moment takes stage, amount and outcome from its history, or they are unknown. Deals
-- with customers are no new business: what is won with them was won before.
with

business_types as (
    select lower(opportunity_type) as opportunity_type, min(business) as business
    from config.opportunity_types
    group by lower(opportunity_type)
),

stages as (
    select
        stages.*,
        outcomes.outcome is distinct from lag(outcomes.outcome) over (
            partition by stages.opportunity_id order by stages.stage_number
        ) as is_new_outcome,
    from core.opportunity_stages as stages
    left join core.stage_outcomes as outcomes on stages.stage = outcomes.stage
),

-- A deal is won or lost when its last unbroken row of stages of that outcome begins, whatever they are called.
last_stages as (
    select
        opportunity_id,
        max(struct_pack(stage_number := stage_number, stage := stage)).stage as stage,
        max(struct_pack(stage_number := stage_number, entered_at := entered_at)) filter (where is_new_outcome)
            .entered_at as entered_at,
    from stages
    group by opportunity_id
),

states as (
    select
        opportunities.* exclude (stage, amount, probability, currency),
        setting.as_of,
        last_stages.stage,
        case
            when opportunities.modified_at <= setting.as_of then record_outcomes.outcome
            else coalesce(stage_outcomes.outcome, 'open')
        end as outcome,
        coalesce(last_stages.entered_at, opportunities.modified_at) as stage_at,
    from staging.opportunities as opportunities
    cross join config.as_of as setting
    left join last_stages on opportunities.opportunity_id = last_stages.opportunity_id
    left join core.record_outcomes as record_outcomes on opportunities.opportunity_id = record_outcomes.opportunity_id
    left join core.stage_outcomes as stage_outcomes on last_stages.stage = stage_outcomes.stage
    where not opportunities.is_deleted
        and opportunities.created_at <= setting.as_of
),

closings as (
    select
        states.*,
        case when states.outcome <> 'open' then states.stage_at end as closed_at,
        backfills.object is not null as is_backfilled,
    from states
    left join core.backfills as backfills
        on backfills.object = 'opportunity' and minute_start(states.created_at) = backfills.minute_at
)

select
    closings.opportunity_id,
    coalesce(survivors.survivor_id, closings.account_id) as account_id,
    closings.campaign_id,
    closings.owner_id,
    users.user_name as owner_name,
    closings.opportunity_name,
    closings.stage,
    closings.outcome,
    amounts.* exclude (opportunity_id),
    closings.opportunity_type,
    coalesce(business_types.business, 'new') = 'new' as is_new_business,
    closings.lead_source,
    record_types.record_type,
    closings.is_backfilled,
    closings.close_on,
    closings.created_at,
    closings.closed_at,
    closings.modified_at,
    case
        when not closings.is_backfilled and coalesce(closings.closed_at, closings.as_of) >= closings.created_at
        then days_between(closings.created_at, coalesce(closings.closed_at, closings.as_of))
    end as days_open,
from closings
inner join core.opportunity_amounts as amounts on closings.opportunity_id = amounts.opportunity_id
left join core.survivors as survivors on closings.account_id = survivors.record_id
left join core.users as users on closings.owner_id = users.user_id
left join business_types on lower(trim(closings.opportunity_type)) = business_types.opportunity_type
left join staging.record_types as record_types on closings.record_type_id = record_types.record_type_id
