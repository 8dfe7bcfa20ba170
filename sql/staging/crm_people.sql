-- One row per lead or contact of the CRM that is there, or lives on in the record that it was merged into
-- key: record_id
-- What marketing knows as this record is one person with it; one that was deleted takes nobody with it.
select lead_id as record_id from staging.salesforce_leads where not is_deleted or merged_into_id is not null
union
select contact_id from staging.salesforce_contacts where not is_deleted or merged_into_id is not null
union
select lead_id from staging.sf_leads where not is_deleted or merged_into_id is not null
union
select contact_id from staging.sf_contacts where not is_deleted or merged_into_id is not null
