-- One row per lead or contact and way in which it belongs to an account, with since when that is known
-- key: record_id, account_match
-- Of several ways the first in link_order counts: conversion, the CRM's own link, the e-mail domain.
with

links as (
    select lead_id as record_id, account_id, 'converted' as account_match, 1 as link_order, converted_at as linked_at
    from core.lead_conversions
    union all
    select lead_id, company, 'company_id', 2, created_at
    from staging.leads
    where company is not null
    union all
    select contact_id, account_id, 'contact', 2, created_at
    from staging.contacts
),

links_to_living as (
    select
        links.record_id,
        accounts.account_id,
        links.account_match,
        links.link_order,
        greatest(links.linked_at, case when links.link_order = 2 then accounts.created_at end) as known_at,
    from links
    left join core.survivors as survivors on links.account_id = survivors.record_id
    inner join core.accounts as accounts on coalesce(survivors.survivor_id, links.account_id) = accounts.account_id
),

addresses as (
    select lead_id as record_id, email_domain, created_at from staging.leads
    union all
    select contact_id, email_domain, created_at from staging.contacts
),

matches as (
    select record_id, account_id, account_match, link_order, known_at from links_to_living
    union all
    select
        addresses.record_id,
        domains.account_id,
        'email_domain',
        3,
        greatest(addresses.created_at, domains.known_at),
    from addresses
    inner join core.account_domains as domains on addresses.email_domain = domains.domain
)

select record_id, account_match, account_id, link_order, known_at
from matches
