-- One row per contact record of the CRM, deleted ones included
-- key: contact_id
-- feeds: staging.contacts
select
    Id as contact_id,
    AccountId as account_id,
    MasterRecordId as merged_into_id,
    OwnerId as owner_id,
    CreatedById as created_by_id,
    coalesce(
        nullif(trim(Name), ''), nullif(trim(coalesce(FirstName, '') || ' ' || coalesce(LastName, '')), '')
    ) as full_name,
    FirstName as first_name,
    LastName as last_name,
    Title as title,
    Department as department,
    nullif(trim(Email), '') as email,
    email_normal(Email) as email_normal,
    email_domain(Email) as email_domain,
    coalesce(Phone, MobilePhone) as phone,
    concat_ws(';', Phone, MobilePhone, HomePhone, OtherPhone) as phones,
    coalesce(MailingCountry, MailingCountryCode) as country,
    coalesce(MailingState, MailingStateCode) as state,
    LeadSource as lead_source,
    HasOptedOutOfEmail as has_opted_out_of_email,
    DoNotCall as do_not_call,
    coalesce(IsEmailBounced, false) or EmailBouncedDate is not null as is_bounced,
    EmailBouncedDate as bounced_at,
    coalesce(IsDeleted, false) or _absent_since is not null as is_deleted,
    CreatedDate as created_at,
    SystemModstamp as modified_at,
from raw.contact
