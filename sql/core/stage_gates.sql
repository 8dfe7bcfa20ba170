-- One row per process and requirement of the playbook that a stage of the process brings with it
-- key: process, requirement
-- A requirement of a milestone begins with the first stage that is so far, or wins. One of a milestone that a column
-- tells begins wherever a deal says so, and stands here only if a stage says so too.
with

first_stages as (
    select ladder.process, milestones.milestone, min(ladder.stage_number) as stage_number
    from core.stage_ladder as ladder
    inner join config.milestones as milestones
        on ladder.percent >= milestones.min_percent
        or (ladder.outcome = 'won' and milestones.outcome = 'won')
    where ladder.stage_number is not null
    group by ladder.process, milestones.milestone
)

select
    ladder.process,
    requirements.requirement,
    min(ladder.stage_number) as stage_number,
from config.stage_requirements as requirements
inner join core.stage_ladder as ladder on lower(requirements.process) in ('any', lower(ladder.process))
left join first_stages on ladder.process = first_stages.process and requirements.milestone = first_stages.milestone
where ladder.stage_number is not null
    and (lower(requirements.stage) = lower(ladder.stage) or ladder.stage_number = first_stages.stage_number)
group by ladder.process, requirements.requirement
