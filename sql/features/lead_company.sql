-- One row per lead and moment with what was known then of the company behind the lead's e-mail domain
-- key: lead_id, as_of
-- The oldest account record of the domain stands for the company.
with

moments as (
    select spine.lead_id, spine.as_of, leads.email_normal, leads.email_domain
    from spine.lead_conversion as spine
    inner join core.leads as leads on spine.lead_id = leads.lead_id
    where not leads.is_free_mail
),

matches as (
    select lead_id, as_of, account_id, first_won_at
    from features.lead_accounts
    where place = 1
),

deals as (
    select
        matches.lead_id,
        matches.as_of,
        count(*) filter (where opportunities.closed_at is null or opportunities.closed_at > matches.as_of) as open_deals,
        count(*) as deals,
    from matches
    inner join core.opportunities as opportunities
        on matches.account_id = opportunities.account_id
        and opportunities.created_at <= matches.as_of
    group by matches.lead_id, matches.as_of
),

-- Counted by address: who shares a person with whom is learned from conversions, later.
colleagues as (
    select moments.lead_id, moments.as_of, count(distinct others.email_normal) as leads_of_company
    from moments
    inner join core.leads as others
        on moments.email_domain = others.email_domain
        and others.created_at <= moments.as_of
        and others.email_normal <> moments.email_normal
    group by moments.lead_id, moments.as_of
)

select
    moments.lead_id,
    moments.as_of,
    matches.account_id is not null as company_is_known,
    coalesce(matches.first_won_at <= moments.as_of, false) as company_is_customer,
    coalesce(deals.open_deals, 0) as company_open_deals,
    coalesce(deals.deals, 0) as company_deals,
    coalesce(colleagues.leads_of_company, 0) as company_other_leads,
from moments
left join matches on moments.lead_id = matches.lead_id and moments.as_of = matches.as_of
left join deals on moments.lead_id = deals.lead_id and moments.as_of = deals.as_of
left join colleagues on moments.lead_id = colleagues.lead_id and moments.as_of = colleagues.as_of
