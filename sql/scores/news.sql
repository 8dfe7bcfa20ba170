-- One row per unit of the previous lists with what is new of it since: its own actions, and facts that changed, in words
-- key: list_name, unit_id
-- Dated news alone: what came in late, dated before the previous list, is not among it.
with

listed as (
    select previous.*, config.as_of.as_of as until_at
    from scores.previous_lists as previous
    cross join config.as_of
    where previous.cut is null
),

touches as (
    select listed.list_name, listed.unit_id, touches.kind
    from listed
    inner join core.touches as touches
        on listed.list_name = 'lead_queue' and listed.unit_id = touches.person_id
        and touches.occurred_at > listed.as_of and touches.occurred_at <= listed.until_at
    where touches.actor = 'prospect' and not touches.is_machine
    union all
    select listed.list_name, listed.unit_id, touches.kind
    from listed
    inner join core.touches as touches
        on listed.list_name = 'target_accounts' and listed.unit_id = touches.account_id
        and touches.occurred_at > listed.as_of and touches.occurred_at <= listed.until_at
    where touches.actor = 'prospect' and not touches.is_machine
),

kinds as (
    select touches.list_name, touches.unit_id, touches.kind, count(*) as times, max(points.points) as points
    from touches
    left join config.engagement_points as points on touches.kind = points.kind
    group by touches.list_name, touches.unit_id, touches.kind
),

actions as (
    select
        list_name,
        unit_id,
        array_to_string(list_transform(
            list_sort(list(struct_pack(
                place := place,
                words := case
                    when times = 1 then '1 ' || replace(kind, '_', ' ')
                    when regexp_extract(
                        kind, '(view|request|open|click|visit|download|registration|response|meeting|call)$', 1
                    ) <> '' then cast(times as varchar) || ' ' || replace(kind, '_', ' ') || 's'
                    else replace(kind, '_', ' ') || ' ' || cast(times as varchar) || 'x'
                end
            ))),
            lambda item: item.words
        ), ', ') as words,
    from (
        select
            *,
            row_number() over (
                partition by list_name, unit_id order by coalesce(points, 0) * times desc, kind
            ) as place,
        from kinds
    ) as ranked
    where place <= 2
    group by list_name, unit_id
),

-- Who owns a record and what sales thinks of it is no fact about it, and in no queue's model.
records as (
    select
        list_name,
        unit_id,
        as_of,
        until_at,
        case list_name when 'lead_queue' then 'lead' else 'account' end as record_of,
        record_id,
    from listed
),

changed as (
    select distinct records.list_name, records.unit_id, history.attribute
    from records
    inner join core.attribute_history as history
        on records.record_of = history.record_of and records.record_id = history.record_id
        and history.from_at > records.as_of and history.from_at <= records.until_at
    inner join core.attribute_history as earlier
        on history.record_of = earlier.record_of and history.record_id = earlier.record_id
        and history.attribute = earlier.attribute and history.from_at > earlier.from_at
    where history.attribute not in ('owner_id', 'status', 'rating')
),

facts as (
    select
        list_name,
        unit_id,
        array_to_string(list_sort(list(distinct replace(attribute, '_', ' '))), ', ') as words,
    from changed
    group by list_name, unit_id
)

select
    listed.list_name,
    listed.unit_id,
    actions.words as actions,
    facts.words as facts,
from listed
left join actions on listed.list_name = actions.list_name and listed.unit_id = actions.unit_id
left join facts on listed.list_name = facts.list_name and listed.unit_id = facts.unit_id
