-- One row per account that an export of the CRM holds
-- key: account_id
-- What marketing files under such an account belongs to it.
select account_id from staging.salesforce_accounts
union
select account_id from staging.sf_accounts
