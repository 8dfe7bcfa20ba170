-- One row per opportunity and requirement of the playbook that it is held to
-- key: opportunity_id, requirement
-- `is_met` is null where nobody can know: the export lacks the field altogether, or the record has changed since the
-- as-of moment. `from_stage_number`: the step of the ladder with which the requirement begins, no later than the deal's.
with

today as (
    select local_date(as_of.as_of, calendar.zone) as today_on
    from config.as_of as as_of
    cross join config.calendar as calendar
),

claims as (
    select
        standings.opportunity_id,
        standings.outcome,
        requirements.requirement,
        requirements.field,
        requirements.condition,
        least(coalesce(gates.stage_number, standings.stage_number), standings.stage_number) as from_stage_number,
    from core.opportunity_standings as standings
    inner join config.stage_requirements as requirements
        on lower(requirements.process) in ('any', lower(standings.process))
    left join core.stage_gates as gates
        on standings.process = gates.process and requirements.requirement = gates.requirement
    left join core.opportunity_milestones as reached
        on standings.opportunity_id = reached.opportunity_id and requirements.milestone = reached.milestone
    where (requirements.holds = 'always' or standings.outcome = 'open')
        and (requirements.from_on is null or standings.since_on >= requirements.from_on)
        and (
            reached.milestone is not null
            or (standings.outcome <> 'lost' and requirements.stage is not null
                and gates.stage_number <= standings.stage_number)
            or (standings.outcome = 'lost' and lower(requirements.stage) = lower(standings.stage))
        )
)

select
    claims.opportunity_id,
    claims.requirement,
    claims.field,
    claims.from_stage_number,
    case
        when facts.opportunity_id is null then null
        when claims.condition = 'positive' then coalesce(try_cast(facts.value as double) > 0, false)
        when claims.condition = 'not_past' then coalesce(try_cast(facts.value as date) >= today.today_on, false)
        else facts.value is not null
    end as is_met,
from claims
cross join today
left join core.opportunity_facts as facts
    on claims.opportunity_id = facts.opportunity_id and claims.field = facts.field
