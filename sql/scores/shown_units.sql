-- One row per model and unit that a list can show today: whose score is told with reasons
-- key: model, unit_id
-- Exact reasons cost more than the scores; copies, suppressed people and levels that are not ranked need none.
with

people_out as (
    select suppressions.person_id
    from core.suppressions as suppressions
    inner join config.suppression_reasons as reasons on suppressions.reason = reasons.reason
    where reasons.keeps_off = 'person'
),

leads as (
    select people.lead_id
    from scores.queue_candidates as people
    anti join people_out on people.person_id = people_out.person_id
    anti join core.suppressions as records_out on people.lead_id = records_out.record_id
    where people.lead_id is not null
),

accounts as (
    select accounts.account_id
    from core.accounts as accounts
    cross join config.targets as settings
    inner join config.relationship_order as orders on accounts.relationship = orders.relationship
    where not accounts.is_person_account
        and (settings.level = 'account' or accounts.account_id = accounts.ultimate_parent_id)
)

select 'lead_conversion' as model, lead_id as unit_id
from leads
union all
select 'account_fit', account_id
from accounts
union all
select 'opportunity_win', opportunity_id
from spine.opportunity_win
where purpose = 'score'
