-- One row per lead and moment with what was known then of the company behind the lead's e-mail domain
-- key: lead_id, as_of
-- The oldest account record of the domain stands for the company, with the records that were one with it by then.
with

moments as (
    select spine.lead_id, spine.as_of, words.email_normal, words.email_domain
    from spine.lead_conversion as spine
    inner join core.lead_versions as words
        on spine.lead_id = words.record_id
        and spine.as_of >= words.from_at
        and spine.as_of < words.until_at
    where not words.is_free_mail
),

matches as (
    select lead_id, as_of, record_id
    from features.lead_accounts
    where place = 1
),

-- Opportunities by the account that lives on today; whose they were at a moment is looked at below.
account_deals as (
    select
        belongings.*,
        coalesce(survivors.survivor_id, belongings.account_record_id) as account_id,
        survivors.merged_at,
        opportunities.created_at,
        opportunities.closed_at,
        opportunities.outcome,
    from core.opportunity_accounts as belongings
    inner join core.opportunities as opportunities on belongings.opportunity_id = opportunities.opportunity_id
    left join core.survivors as survivors on belongings.account_record_id = survivors.record_id
),

deals as (
    select
        matches.lead_id,
        matches.as_of,
        count(*) filter (where deals.closed_at is null or deals.closed_at > matches.as_of) as open_deals,
        count(*) filter (where deals.outcome = 'won' and deals.closed_at <= matches.as_of) as won_deals,
        count(*) as deals,
    from matches
    left join core.survivors as survivors on matches.record_id = survivors.record_id
    inner join account_deals as deals
        on coalesce(survivors.survivor_id, matches.record_id) = deals.account_id
        and deals.created_at <= matches.as_of
        and matches.as_of >= deals.from_at
        and matches.as_of < deals.until_at
        -- The same record, or two that were merged by then, or nobody can tell.
        and (
            deals.account_record_id = matches.record_id
            or deals.own_since_at > matches.as_of
            or (
                coalesce(survivors.merged_at <= matches.as_of, true)
                and coalesce(deals.merged_at <= matches.as_of, true)
            )
        )
    group by matches.lead_id, matches.as_of
),

-- Counted by address: who shares a person with whom is learned from conversions, later.
addresses as (
    select
        words.email_domain,
        words.email_normal,
        greatest(words.from_at, leads.created_at) as from_at,
        case
            when leads.is_deleted then least(words.until_at, coalesce(leads.merged_at, leads.modified_at))
            else words.until_at
        end as until_at,
    from core.lead_versions as words
    inner join staging.leads as leads on words.record_id = leads.lead_id
    where words.email_domain is not null
        and not words.is_free_mail
),

colleagues as (
    select moments.lead_id, moments.as_of, count(distinct others.email_normal) as leads_of_company
    from moments
    inner join addresses as others
        on moments.email_domain = others.email_domain
        and others.from_at <= moments.as_of
        and others.until_at > moments.as_of
        and others.email_normal <> moments.email_normal
    group by moments.lead_id, moments.as_of
)

select
    moments.lead_id,
    moments.as_of,
    matches.record_id is not null as company_is_known,
    coalesce(deals.won_deals, 0) > 0 as company_is_customer,
    coalesce(deals.open_deals, 0) as company_open_deals,
    coalesce(deals.deals, 0) as company_deals,
    coalesce(colleagues.leads_of_company, 0) as company_other_leads,
from moments
left join matches on moments.lead_id = matches.lead_id and moments.as_of = matches.as_of
left join deals on moments.lead_id = deals.lead_id and moments.as_of = deals.as_of
left join colleagues on moments.lead_id = colleagues.lead_id and moments.as_of = colleagues.as_of
