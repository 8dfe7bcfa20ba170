-- One row per account or lead with the points that the playbook's fit rules give it, and the rules that held
-- key: unit, unit_id
with

account_facts as (
    select account_id as unit_id, 'industry' as field, industry as fact from core.accounts
    union all
    select account_id, 'employees', cast(employees as varchar) from core.accounts
    union all
    select account_id, 'annual_revenue', cast(annual_revenue as varchar) from core.accounts
    union all
    select account_id, 'country', country from core.accounts
    union all
    select account_id, 'domain', domain from core.accounts
    union all
    select account_id, 'account_source', account_source from core.accounts
),

lead_facts as (
    select lead_id as unit_id, 'industry' as field, industry as fact from core.leads
    union all
    select lead_id, 'employees', cast(employees as varchar) from core.leads
    union all
    select lead_id, 'annual_revenue', cast(annual_revenue as varchar) from core.leads
    union all
    select lead_id, 'country', country from core.leads
    union all
    select lead_id, 'lead_source', lead_source from core.leads
    union all
    select lead_id, 'is_free_mail', cast(is_free_mail as varchar) from core.leads
    union all
    select lead_id, 'phone', phone from core.leads
    union all
    select leads.lead_id, 'seniority', roles.seniority
    from core.leads as leads
    inner join features.title_roles as roles on leads.title = roles.title
    union all
    select leads.lead_id, 'job_function', roles.job_function
    from core.leads as leads
    inner join features.title_roles as roles on leads.title = roles.title
),

facts as (
    select 'account' as unit, unit_id, field, fact from account_facts
    union all
    select 'lead' as unit, unit_id, field, fact from lead_facts
),

units as (
    select 'account' as unit, account_id as unit_id from core.accounts
    union all
    select 'lead' as unit, lead_id as unit_id from core.leads
),

rules_that_hold as (
    select facts.unit, facts.unit_id, rules.points, rules.words, rules.field, rules.operator, rules.value
    from facts
    inner join config.fit_points as rules on facts.unit = rules.unit and facts.field = rules.field
    where facts.fact is not null
        and case rules.operator
            when 'equals' then lower(facts.fact) = lower(rules.value)
            when 'contains' then contains(lower(facts.fact), lower(rules.value))
            when 'at_least' then coalesce(try_cast(facts.fact as double) >= try_cast(rules.value as double), false)
            when 'at_most' then coalesce(try_cast(facts.fact as double) <= try_cast(rules.value as double), false)
            when 'is_filled' then facts.fact <> ''
            else false
        end
),

totals as (
    select unit, unit_id, sum(cast(points as decimal(18, 3))) as points
    from rules_that_hold
    group by unit, unit_id
),

-- Of several rules about one field the farthest-reaching one is told; that a field is filled is no reason to call.
told as (
    select unit, unit_id, points, words
    from rules_that_hold
    where operator <> 'is_filled'
    qualify row_number() over (
        partition by unit, unit_id, field order by try_cast(value as double) desc nulls last, points desc, words
    ) = 1
),

reasons as (
    select
        unit,
        unit_id,
        list_transform(
            list_sort(list(struct_pack(place := -points, words := words))), lambda item: item.words
        ) as reasons,
    from told
    group by unit, unit_id
)

select
    units.unit,
    units.unit_id,
    cast(coalesce(totals.points, 0) as double) as fit_points,
    reasons.reasons,
from units
left join totals on units.unit = totals.unit and units.unit_id = totals.unit_id
left join reasons on units.unit = reasons.unit and units.unit_id = reasons.unit_id
