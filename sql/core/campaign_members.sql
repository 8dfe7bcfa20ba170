-- One row per membership of a person in a campaign, whether a lead, a contact or both stand in it
-- key: campaign_member_id
-- A response is what the campaign's own list of statuses calls one, else the member's flag, else the playbook. Somebody
-- put on a list by upload in a status such as Sent has not responded, whatever the flag says. A response without its
-- date is known by the last change of the record, but when it came (responded_at) is not known.
with

setting as (
    select channels.upload_members, calendar.zone, as_of.as_of
    from config.channels as channels
    cross join config.calendar as calendar
    cross join config.as_of as as_of
),

label_statuses as (
    select campaign_id, lower(status) as status, bool_or(has_responded) as is_response
    from staging.campaign_member_statuses
    group by campaign_id, lower(status)
),

usual_statuses as (
    select lower(status) as status, bool_or(is_response) as is_response
    from config.member_statuses
    group by lower(status)
),

members as (
    select
        members.*,
        count(*) over (partition by members.created_by_id, members.created_at) as added_together,
    from staging.campaign_members as members
),

judged as (
    select
        members.campaign_member_id,
        members.campaign_id,
        coalesce(lead_survivors.survivor_id, members.lead_id) as lead_id,
        coalesce(contact_survivors.survivor_id, members.contact_id) as contact_id,
        coalesce(members.lead_id, members.contact_id) as named_record_id,
        members.status,
        members.added_together >= setting.upload_members as is_uploaded,
        coalesce(labels.is_response, members.has_responded, usual.is_response, false)
            and not (members.added_together >= setting.upload_members and not coalesce(usual.is_response, true))
            as has_responded,
        -- Never capped by the last change: a conversion changes the membership, and must not move its response.
        day_end_at(members.first_responded_on, setting.zone) as response_at,
        members.modified_at,
        members.created_at as added_at,
        setting.as_of,
    from members
    cross join setting
    left join label_statuses as labels
        on members.campaign_id = labels.campaign_id and lower(members.status) = labels.status
    left join usual_statuses as usual on lower(members.status) = usual.status
    left join core.survivors as contact_survivors on members.contact_id = contact_survivors.record_id
    left join core.survivors as lead_survivors on members.lead_id = lead_survivors.record_id
    where not members.is_deleted
        and members.created_at <= setting.as_of
)

select
    judged.campaign_member_id,
    judged.campaign_id,
    coalesce(leads.person_id, contacts.person_id) as person_id,
    judged.lead_id,
    judged.contact_id,
    judged.named_record_id,
    judged.status,
    judged.is_uploaded,
    judged.has_responded and coalesce(judged.response_at, judged.modified_at) <= judged.as_of as has_responded,
    judged.added_at,
    case when judged.has_responded and judged.response_at <= judged.as_of then judged.response_at end as responded_at,
    case
        when judged.has_responded and coalesce(judged.response_at, judged.modified_at) <= judged.as_of
        then coalesce(judged.response_at, judged.modified_at)
    end as response_known_at,
from judged
left join core.person_links as leads on judged.lead_id = leads.record_id
left join core.person_links as contacts on judged.contact_id = contacts.record_id
