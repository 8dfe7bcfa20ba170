-- One row per record, attribute and stretch of time in which it is known to have held one value
-- key: record_of, record_id, attribute, from_at
-- A moment without a row is a moment of which nobody knows the value. Tracked attributes that never changed have one
-- row, from when on their past is known; those known at creation, and columns that core does not name, only if changed.
with

records as (
    select 'lead' as record_of, lead_id as record_id, created_at, modified_at from staging.leads where not is_deleted
    union all
    select 'account', account_id, created_at, modified_at from staging.accounts where not is_deleted
    union all
    select 'contact', contact_id, created_at, modified_at from staging.contacts where not is_deleted
    union all
    select 'opportunity', opportunity_id, created_at, modified_at from staging.opportunities where not is_deleted
),

today as (
    select 'lead' as record_of, lead_id as record_id, 'status' as attribute, status as value from staging.leads
    union all select 'lead', lead_id, 'owner_id', owner_id from staging.leads
    union all select 'lead', lead_id, 'rating', rating from staging.leads
    union all select 'lead', lead_id, 'has_opted_out_of_email', cast(has_opted_out_of_email as varchar) from staging.leads
    union all select 'lead', lead_id, 'do_not_call', cast(do_not_call as varchar) from staging.leads
    union all select 'account', account_id, 'account_type', account_type from staging.accounts
    union all select 'account', account_id, 'owner_id', owner_id from staging.accounts
    union all select 'account', account_id, 'parent_id', parent_id from staging.accounts
    union all select 'contact', contact_id, 'account_id', account_id from staging.contacts
    union all select 'contact', contact_id, 'owner_id', owner_id from staging.contacts
    union all
    select 'contact', contact_id, 'has_opted_out_of_email', cast(has_opted_out_of_email as varchar) from staging.contacts
    union all select 'contact', contact_id, 'do_not_call', cast(do_not_call as varchar) from staging.contacts
    union all select 'opportunity', opportunity_id, 'account_id', account_id from staging.opportunities
    union all select 'opportunity', opportunity_id, 'campaign_id', campaign_id from staging.opportunities
    union all select 'opportunity', opportunity_id, 'owner_id', owner_id from staging.opportunities
    union all select 'opportunity', opportunity_id, 'stage', stage from staging.opportunities
    union all select 'opportunity', opportunity_id, 'amount', cast(amount as varchar) from staging.opportunities
    union all select 'opportunity', opportunity_id, 'probability', cast(probability as varchar) from staging.opportunities
    union all select 'opportunity', opportunity_id, 'close_on', cast(close_on as varchar) from staging.opportunities
),

changes as (
    select
        changes.*,
        coalesce(names.attribute, changes.column_name) as attribute,
        records.created_at,
        coverage.known_at,
        coverage.known_from,
        coverage.told_from_at,
    from staging.attribute_changes as changes
    inner join records on changes.record_of = records.record_of and changes.record_id = records.record_id
    left join staging.attribute_names as names
        on changes.object = names.object and changes.column_name = names.column_name
        and changes.record_of = names.record_of
    left join ledger.history_coverage as coverage
        on changes.object = coverage.object and changes.column_name = coverage.column_name
),

-- A record that came in several versions was seen when the first of them was made.
firsts as (
    select record_of, record_id, min(observed_at) as first_at
    from staging.attribute_changes
    where from_at is null and known_by = 'extracts'
    group by record_of, record_id
),

coverages as (
    select names.record_of, names.attribute,
        min(coverage.told_from_at) as told_from_at, min(coverage.first_extract_at) as first_extract_at,
    from ledger.history_coverage as coverage
    inner join staging.attribute_names as names
        on coverage.object = names.object and coverage.column_name = names.column_name
    group by names.record_of, names.attribute
),

changed as (
    select record_of, record_id, attribute, value, is_known, until_at, known_by,
        case
            when from_at is not null then greatest(from_at, known_from)
            when known_at = 'at_creation' then created_at
            when told_from_at is not null then greatest(created_at, known_from, least(observed_at, told_from_at))
            else greatest(observed_at, known_from)
        end as from_at,
    from changes
),

unchanged as (
    select today.record_of, today.record_id, today.attribute, today.value,
        least(
            greatest(records.created_at, coverages.first_extract_at, least(records.modified_at, firsts.first_at)),
            case when coverages.told_from_at is not null then greatest(records.created_at, coverages.told_from_at) end
        ) as from_at,
        coalesce(coverages.told_from_at <= coverages.first_extract_at, coverages.first_extract_at is null) as is_told,
    from today
    inner join records on today.record_of = records.record_of and today.record_id = records.record_id
    inner join coverages on today.record_of = coverages.record_of and today.attribute = coverages.attribute
    left join firsts on today.record_of = firsts.record_of and today.record_id = firsts.record_id
    anti join changed
        on today.record_of = changed.record_of and today.record_id = changed.record_id
        and today.attribute = changed.attribute
),

stretches as (
    select record_of, record_id, attribute, value, from_at, until_at, known_by from changed where is_known
    union all
    select record_of, record_id, attribute, value, from_at, cast(null as timestamp),
        case when is_told then 'history' else 'extracts' end,
    from unchanged
)

select
    stretches.record_of,
    stretches.record_id,
    stretches.attribute,
    stretches.value,
    stretches.from_at,
    case when stretches.until_at <= setting.as_of then stretches.until_at end as until_at,
    stretches.known_by,
from stretches
cross join config.as_of as setting
where stretches.from_at <= setting.as_of
    and (stretches.until_at is null or stretches.until_at > stretches.from_at)
