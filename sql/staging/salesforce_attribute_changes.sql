-- One row per record of the CRM, column and stretch of one value, of columns that ever changed
-- key: object, record_id, column_name, stretch_number
-- feeds: staging.attribute_changes
select
    'Lead' as object, record_id, column_name, 'lead' as record_of,
    stretch_number, value, is_known, from_at, until_at, observed_at, known_by,
from raw_history.lead
union all
select
    'Account', record_id, column_name, 'account',
    stretch_number, value, is_known, from_at, until_at, observed_at, known_by,
from raw_history.account
union all
select
    'Contact', record_id, column_name, 'contact',
    stretch_number, value, is_known, from_at, until_at, observed_at, known_by,
from raw_history.contact
union all
select
    'Opportunity', record_id, column_name, 'opportunity',
    stretch_number, value, is_known, from_at, until_at, observed_at, known_by,
from raw_history.opportunity
