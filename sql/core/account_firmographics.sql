-- One row per account and source: what third parties say of the company, as last told
-- key: account_id, source
-- Beside what the CRM says of itself (core.accounts), never in its place: each value keeps who said it, and since when.
select
    accounts.account_id,
    overlays.employees,
    overlays.annual_revenue,
    overlays.industry,
    overlays.country,
    overlays.technologies,
    overlays.source,
    overlays.fetched_at,
from staging.firmographics as overlays
cross join config.as_of as setting
inner join core.accounts as accounts on overlays.domain = accounts.domain
where overlays.fetched_at <= setting.as_of
    and not accounts.is_person_account
qualify row_number() over (
    partition by accounts.account_id, overlays.source order by overlays.fetched_at desc
) = 1
