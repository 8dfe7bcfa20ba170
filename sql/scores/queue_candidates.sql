-- One row per person whom sales could turn to now: with an open lead, or a raised hand that nobody has answered yet
-- key: person_id
-- A hand that was raised before sales closed the lead was answered by that; one raised after it begins a new pass.
with

raised_hands as (
    select touches.person_id, touches.kind, touches.occurred_at
    from core.touches as touches
    cross join config.targets as settings
    cross join config.as_of
    where touches.is_hand_raise
        and not touches.is_machine
        and touches.occurred_at > add_days(config.as_of.as_of, -settings.hand_raise_within_days)
        and touches.occurred_at <= config.as_of.as_of
    qualify row_number() over (partition by touches.person_id order by touches.occurred_at desc, touches.touch_id) = 1
),

open_leads as (
    select leads.person_id, leads.lead_id
    from spine.lead_conversion as spine
    inner join core.leads as leads on spine.lead_id = leads.lead_id
    where spine.purpose = 'score'
    qualify row_number() over (partition by leads.person_id order by leads.created_at desc, leads.lead_id) = 1
),

-- While another lead of the person is open, the closing of one (a copy, say) answers nothing.
answered as (
    select distinct raised_hands.person_id
    from raised_hands
    inner join core.leads as leads on raised_hands.person_id = leads.person_id
    inner join core.lead_closings as closings
        on leads.lead_id = closings.lead_id and raised_hands.occurred_at <= closings.closed_at
    left join open_leads on raised_hands.person_id = open_leads.person_id
    where open_leads.lead_id is null or open_leads.lead_id = leads.lead_id
),

waiting_hands as (
    select raised_hands.*
    from raised_hands
    anti join answered on raised_hands.person_id = answered.person_id
),

people as (
    select
        people.person_id,
        coalesce(open_leads.lead_id, people.lead_id) as lead_id,
        people.contact_id,
        open_leads.lead_id is not null as has_open_lead,
        waiting_hands.kind as raised_kind,
        waiting_hands.occurred_at as raised_at,
    from core.people as people
    left join open_leads on people.person_id = open_leads.person_id
    left join waiting_hands on people.person_id = waiting_hands.person_id
    where open_leads.lead_id is not null or waiting_hands.person_id is not null
),

passes as (
    select lead_id, step, entered_at, pass_number
    from core.lead_steps
    qualify row_number() over (partition by lead_id order by step_number desc) = 1
),

closed_now as (
    select closings.lead_id
    from core.lead_closings as closings
    cross join config.as_of
    group by closings.lead_id, config.as_of.as_of
    having max(closings.reopened_at) > config.as_of.as_of
),

first_step as (
    select step
    from config.process_steps
    qualify row_number() over (order by step_order) = 1
)

select
    people.person_id,
    people.lead_id,
    people.contact_id,
    people.raised_kind,
    people.raised_at,
    coalesce(passes.pass_number, 1) + case when closed_now.lead_id is null then 0 else 1 end as pass_number,
    case when closed_now.lead_id is null then passes.step else first_step.step end as step,
    case when closed_now.lead_id is null then passes.entered_at else people.raised_at end as entered_step_at,
from people
cross join first_step
left join passes on people.lead_id = passes.lead_id
left join closed_now on people.lead_id = closed_now.lead_id and not people.has_open_lead
