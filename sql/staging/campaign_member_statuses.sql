-- One row per campaign and status that its members may have
-- key: campaign_member_status_id
-- fed by: every file that says it feeds this one
select
    cast(null as varchar) as campaign_member_status_id,
    cast(null as varchar) as campaign_id,
    cast(null as varchar) as status,
    cast(null as boolean) as has_responded,
where false
