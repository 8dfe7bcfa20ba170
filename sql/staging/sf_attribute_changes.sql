-- One row per record of the replicated CRM, column and stretch of one value, of columns that ever changed
-- key: object, record_id, column_name, stretch_number
-- feeds: staging.attribute_changes
select
    'SfLead' as object, past.record_id, past.column_name, 'lead' as record_of,
    past.stretch_number, past.value, past.is_known, past.from_at, past.until_at, past.observed_at, past.known_by,
from raw_history.sf_lead as past
anti join raw.lead as own on past.record_id = own.Id
union all
select
    'SfAccount', past.record_id, past.column_name, 'account',
    past.stretch_number, past.value, past.is_known, past.from_at, past.until_at, past.observed_at, past.known_by,
from raw_history.sf_account as past
anti join raw.account as own on past.record_id = own.Id
union all
select
    'SfContact', past.record_id, past.column_name, 'contact',
    past.stretch_number, past.value, past.is_known, past.from_at, past.until_at, past.observed_at, past.known_by,
from raw_history.sf_contact as past
anti join raw.contact as own on past.record_id = own.Id
union all
select
    'SfOpportunity', past.record_id, past.column_name, 'opportunity',
    past.stretch_number, past.value, past.is_known, past.from_at, past.until_at, past.observed_at, past.known_by,
from raw_history.sf_opportunity as past
anti join raw.opportunity as own on past.record_id = own.Id
