-- One row per account record of the CRM, deleted ones included
-- key: account_id
-- feeds: staging.accounts
select
    Id as account_id,
    ParentId as parent_id,
    MasterRecordId as merged_into_id,
    OwnerId as owner_id,
    CreatedById as created_by_id,
    RecordTypeId as record_type_id,
    nullif(trim(Name), '') as account_name,
    nullif(lower(trim(Website)), '') as website,
    Phone as phone,
    coalesce(BillingCountry, BillingCountryCode) as country,
    coalesce(BillingState, BillingStateCode) as state,
    BillingCity as city,
    Industry as industry,
    NumberOfEmployees as employees,
    AnnualRevenue as annual_revenue,
    CurrencyIsoCode as currency,
    Type as account_type,
    AccountSource as account_source,
    coalesce(IsPersonAccount, false) as is_person_account,
    coalesce(IsDeleted, false) or _absent_since is not null as is_deleted,
    CreatedDate as created_at,
    SystemModstamp as modified_at,
from raw.account
