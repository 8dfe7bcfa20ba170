-- One row per recorded state of a replicated opportunity: stage, amount and close date as they stood from then on
-- key: opportunity_history_id
-- feeds: staging.opportunity_history
-- The CRM's own record of it, else what the replication tool saw change. The first state that the tool saw is no
-- change, unless it saw it on the day on which the record was made.
with

seen as (
    select
        states.id as opportunity_id,
        nullif(trim(states.stage_name), '') as stage,
        states.amount,
        states.probability,
        cast(states.close_date as date) as close_on,
        states._fivetran_start as changed_at,
    from raw.sf_opportunity_history as states
    anti join raw.sf_opportunity_stage_change as recorded on states.id = recorded.opportunity_id
    anti join raw.opportunity_history as own on states.id = own.OpportunityId
),

states as (
    select
        seen.*,
        lag(changed_at) over w as before_at,
        stage is distinct from lag(stage) over w
            or amount is distinct from lag(amount) over w
            or probability is distinct from lag(probability) over w
            or close_on is distinct from lag(close_on) over w as is_change,
    from seen
    window w as (partition by opportunity_id order by changed_at)
)

select
    replica.id as opportunity_history_id,
    replica.opportunity_id,
    nullif(trim(replica.stage_name), '') as stage,
    replica.amount,
    replica.probability,
    cast(replica.close_date as date) as close_on,
    replica.created_date as changed_at,
from raw.sf_opportunity_stage_change as replica
anti join raw.opportunity_history as own on replica.id = own.Id
where not coalesce(replica.is_deleted, false) and not coalesce(replica._fivetran_deleted, false)
union all
select
    'state-' || states.opportunity_id || '-' || cast(states.changed_at as varchar),
    states.opportunity_id,
    states.stage,
    states.amount,
    states.probability,
    states.close_on,
    states.changed_at,
from states
left join raw.sf_opportunity as opportunities on states.opportunity_id = opportunities.id
where case
        when states.before_at is not null then states.is_change
        else cast(states.changed_at as date) = cast(opportunities.created_date as date)
    end
