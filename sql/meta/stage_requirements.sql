-- One row per requirement of the playbook: how many opportunities are held to it, and how many meet it
-- key: requirement
-- `is_known` is false where the export lacks the field: nobody is held to what nobody can see. Null: no deal is so far.
select
    requirements.requirement,
    requirements.process,
    coalesce(requirements.stage, requirements.milestone) as begins_with,
    requirements.field,
    requirements.condition,
    requirements.from_on,
    requirements.why,
    count(gates.opportunity_id) as opportunities,
    count(*) filter (where gates.is_met) as met,
    count(*) filter (where not gates.is_met) as unmet,
    count(gates.opportunity_id) - count(gates.is_met) as unknown,
    case when count(gates.opportunity_id) > 0 then count(gates.is_met) > 0 end as is_known,
from config.stage_requirements as requirements
left join core.opportunity_gates as gates on requirements.requirement = gates.requirement
group by all
