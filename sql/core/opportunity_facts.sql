-- One row per opportunity and field that a gate asks for, as it stood at the as-of moment
-- key: opportunity_id, field
-- The engine's own words first, whatever the source calls them; one that no opportunity has is a field that the export
-- lacks, and has no row. Then the columns that the playbook names, of records that did not change since.
with

asked as (
    select distinct field from config.stage_requirements
),

standings as (
    select opportunity_id, is_as_it_was from core.opportunity_standings
),

members as (
    select distinct roles.opportunity_id
    from staging.opportunity_contact_roles as roles
    cross join config.as_of as setting
    where not roles.is_deleted
        and roles.created_at <= setting.as_of
),

offers as (
    select distinct opportunity_id from core.opportunity_lines
),

own_words as (
    select opportunity_id, 'amount' as field, cast(amount as varchar) as value
    from core.opportunities
    union all
    select opportunities.opportunity_id, 'close_on', cast(opportunities.close_on as varchar)
    from core.opportunities as opportunities
    inner join standings on opportunities.opportunity_id = standings.opportunity_id
    where standings.is_as_it_was
    union all
    select standings.opportunity_id, 'contact_role', case when members.opportunity_id is not null then 'yes' end
    from standings
    left join members on standings.opportunity_id = members.opportunity_id
    union all
    select standings.opportunity_id, 'product_line', case when offers.opportunity_id is not null then 'yes' end
    from standings
    left join offers on standings.opportunity_id = offers.opportunity_id
),

exported as (
    select field
    from own_words
    group by field
    having count(value) > 0
)

select own_words.opportunity_id, own_words.field, own_words.value
from own_words
inner join asked on own_words.field = asked.field
inner join exported on own_words.field = exported.field
union all
select named.record_id as opportunity_id, named.field, named.value
from staging.named_fields as named
inner join asked on named.field = asked.field
inner join standings on named.record_id = standings.opportunity_id
where named.record_of = 'opportunity'
    and standings.is_as_it_was
    and named.field not in ('amount', 'close_on', 'contact_role', 'product_line')
