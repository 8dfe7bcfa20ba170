-- One row per change of a Marketo lead's status
-- key: lead_history_id
-- feeds: staging.lead_history
-- The field is called as the contract of the log has it, with and without blanks. A status that was blank before is no change: the lead had none yet.
select
    'marketo-change-' || changes.id as lead_history_id,
    'marketo-lead-' || changes.lead_id as lead_id,
    'status' as field,
    trim(changes.old_value) as old_value,
    trim(changes.new_value) as new_value,
    changes.activity_date as changed_at,
from raw.marketo_activity_change_data_value as changes
inner join staging.marketo_people as people on changes.lead_id = people.lead_id
where lower(replace(replace(trim(changes.primary_attribute_value), ' ', ''), '_', ''))
    in ('leadstatus', 'personstatus', 'status')
    and nullif(trim(changes.old_value), '') is not null
    and nullif(trim(changes.new_value), '') is not null
