-- One row per run: until when outcomes are known, no later than the last change that the CRM's extracts hold
-- key: known_until
-- Web visits may run on for months after the last CRM export; a lead that has not converted by then is not a failure.
with

changes as (
    select modified_at as changed_at from core.leads
    union all
    select modified_at as changed_at from core.opportunities
    union all
    select modified_at as changed_at from core.accounts
),

last_change as (
    select max(changed_at) as changed_at from changes
)

select least(config.as_of.as_of, coalesce(last_change.changed_at, config.as_of.as_of)) as known_until
from config.as_of
cross join last_change
