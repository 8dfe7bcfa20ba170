-- One row per account or opportunity whose id does not say by its beginning what it names
-- key: record_id
-- Ids of Salesforce say it (001, 006); an activity about a record of another source is told by looking the record up.
select account_id as record_id, 'account' as kind
from staging.accounts
where not starts_with(account_id, '001')
union all
select opportunity_id as record_id, 'opportunity' as kind
from staging.opportunities
where not starts_with(opportunity_id, '006')
