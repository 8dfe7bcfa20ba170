-- One row per model with how many of its units have the outcome by now, matured or not
-- key: model
select
    'account_fit' as model,
    count(*) filter (where first_won_at is not null) as units_positive,
    count(*) filter (where first_won_at is null) as units_negative,
from core.accounts
where not is_person_account
    and not is_older_customer
union all
select
    'lead_conversion' as model,
    count(*) filter (where is_converted) as units_positive,
    count(*) filter (where not is_converted) as units_negative,
from core.leads
union all
select
    'opportunity_win' as model,
    count(*) filter (where outcome = 'won') as units_positive,
    count(*) filter (where outcome <> 'won') as units_negative,
from core.opportunities
where is_new_business
