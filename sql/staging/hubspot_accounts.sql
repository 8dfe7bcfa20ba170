-- One row per HubSpot company, deleted and merged ones too
-- key: account_id
-- feeds: staging.accounts
select
    'hubspot-company-' || companies.id as account_id,
    'hubspot-company-' || companies.property_hs_parent_company_id as parent_id,
    'hubspot-company-' || merges.survivor_id as merged_into_id,
    'hubspot-owner-' || companies.property_hubspot_owner_id as owner_id,
    nullif(trim(companies.property_name), '') as account_name,
    nullif(lower(trim(coalesce(companies.property_website, companies.property_domain))), '') as website,
    companies.property_phone as phone,
    companies.property_country as country,
    companies.property_state as state,
    companies.property_city as city,
    companies.property_industry as industry,
    companies.property_numberofemployees as employees,
    companies.property_annualrevenue as annual_revenue,
    coalesce(
        companies.property_type, case when lower(companies.property_lifecyclestage) = 'customer' then 'Customer' end
    ) as account_type,
    companies.property_hs_analytics_source as account_source,
    false as is_person_account,
    coalesce(companies.is_deleted, false) or merges.loser_id is not null as is_deleted,
    companies.property_createdate as created_at,
    greatest(
        companies.property_createdate,
        coalesce(companies.property_hs_lastmodifieddate, companies._fivetran_synced),
        merges.merged_at
    ) as modified_at,
from raw.hubspot_company as companies
left join staging.hubspot_merges as merges on merges.object = 'company' and companies.id = merges.loser_id
union all
select
    'hubspot-company-' || merges.loser_id,
    null,
    'hubspot-company-' || merges.survivor_id,
    null, null, null, null, null, null, null, null, null, null, null, null,
    false,
    true,
    survivors.property_createdate,
    survivors.property_createdate,
from staging.hubspot_merges as merges
inner join raw.hubspot_company as survivors on merges.survivor_id = survivors.id
anti join raw.hubspot_company as losers on merges.loser_id = losers.id
where merges.object = 'company'
