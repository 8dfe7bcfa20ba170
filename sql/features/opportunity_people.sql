-- One row per opportunity and moment with the contacts that were named in it by then, and the highest one's seniority
-- key: opportunity_id, as_of
with

roles as (
    select
        spine.opportunity_id,
        spine.as_of,
        roles.contact_id,
        ' ' || trim(regexp_replace(lower(coalesce(contacts.title, '')), '[^a-z]+', ' ', 'g')) || ' ' as padded_title,
    from spine.opportunity_win as spine
    inner join staging.opportunity_contact_roles as roles
        on spine.opportunity_id = roles.opportunity_id
        and roles.created_at <= spine.as_of
    left join staging.contacts as contacts on roles.contact_id = contacts.contact_id
    where not roles.is_deleted
),

ranks as (
    select roles.opportunity_id, roles.as_of, words.seniority
    from roles
    inner join config.title_seniority as words on contains(roles.padded_title, ' ' || words.word || ' ')
    qualify row_number() over (partition by roles.opportunity_id, roles.as_of order by words.priority) = 1
),

counts as (
    select
        opportunity_id,
        as_of,
        count(distinct contact_id) as contacts_named,
        bool_or(trim(padded_title) <> '') as has_title,
    from roles
    group by opportunity_id, as_of
)

select
    counts.opportunity_id,
    counts.as_of,
    counts.contacts_named,
    case when counts.has_title then coalesce(ranks.seniority, 'staff') end as highest_seniority,
from counts
left join ranks on counts.opportunity_id = ranks.opportunity_id and counts.as_of = ranks.as_of
