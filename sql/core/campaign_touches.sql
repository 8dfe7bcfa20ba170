-- One row per membership in a campaign and direction: put on the list, and responded
-- key: source, source_id
-- A member added on the day of the response was added because of it: that is the response alone. One who responded
-- later was a target before, and stays one, so that the past does not change with the response. A response of unknown
-- date stands at the membership's beginning, and is known by its last change.
with

members as (
    select
        members.*,
        campaigns.campaign_name,
        campaigns.channel,
        coalesce(members.lead_id, members.contact_id) as record_id,
        case when members.lead_id is null and members.added_at >= contacts.created_at then contacts.joined_at end
            as joined_at,
        local_date(members.responded_at, calendar.zone) <= local_date(members.added_at, calendar.zone)
            as is_response_alone,
    from core.campaign_members as members
    cross join config.calendar as calendar
    left join core.campaigns as campaigns on members.campaign_id = campaigns.campaign_id
    left join core.person_links as contacts on members.contact_id = contacts.record_id
)

select
    'campaign_member' as source,
    campaign_member_id as source_id,
    named_record_id,
    record_id,
    person_id,
    campaign_id,
    'list' as channel,
    'campaign_sent' as kind,
    'outbound' as direction,
    'marketing' as actor,
    campaign_name as subject,
    true as is_dated,
    added_at as occurred_at,
    added_at as tied_at,
    greatest(added_at, joined_at) as known_at,
    added_at as created_at,
from members
where not coalesce(is_response_alone, false)
union all
select
    'campaign_response' as source,
    campaign_member_id as source_id,
    named_record_id,
    record_id,
    person_id,
    campaign_id,
    coalesce(channel, 'other') as channel,
    'campaign_response' as kind,
    'inbound' as direction,
    'prospect' as actor,
    campaign_name as subject,
    responded_at is not null as is_dated,
    coalesce(responded_at, added_at) as occurred_at,
    greatest(response_known_at, added_at) as tied_at,
    greatest(response_known_at, added_at, joined_at) as known_at,
    added_at as created_at,
from members
where has_responded
