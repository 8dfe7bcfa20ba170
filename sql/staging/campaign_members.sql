-- One row per membership of a lead or contact in a campaign
-- key: campaign_member_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as campaign_member_id,
    cast(null as varchar) as campaign_id,
    cast(null as varchar) as lead_id,
    cast(null as varchar) as contact_id,
    cast(null as varchar) as created_by_id,
    cast(null as varchar) as status,
    cast(null as boolean) as has_responded,
    cast(null as date) as first_responded_on,
    cast(null as boolean) as is_deleted,
    cast(null as timestamp) as created_at,
    cast(null as timestamp) as modified_at,
where false
