-- One row per account that came into the CRM by the conversion of a lead, and when that was known
-- key: account_id
-- The record is made in the moment of the conversion; where only the day of that is told, it counts at its end.
select
    accounts.account_id,
    min(conversions.converted_at) as made_at,
from core.lead_conversions as conversions
inner join core.accounts as accounts on conversions.account_id = accounts.account_id
where conversions.converted_at >= accounts.created_at - interval '1 minute'
    and conversions.converted_at <= add_days(accounts.created_at, 1)
    and not accounts.is_backfilled
group by accounts.account_id
