-- One row per user or queue that the CRM names, those only named as an owner included
-- key: user_id
-- Nobody works in the name of a queue: its name says that it is one, so that no list takes it for a person.
with

owners as (
    select owner_id as user_id from staging.accounts
    union
    select owner_id as user_id from staging.contacts
    union
    select owner_id as user_id from staging.leads
    union
    select owner_id as user_id from staging.opportunities
    union
    select owner_id as user_id from staging.campaigns
    union
    select owner_id as user_id from staging.tasks
    union
    select owner_id as user_id from staging.events
    union
    select user_id from staging.users
),

known as (
    select
        owners.user_id,
        users.user_name,
        users.email,
        users.is_active,
        coalesce(users.is_queue, starts_with(owners.user_id, '00G')) as is_queue,
    from owners
    left join staging.users as users on owners.user_id = users.user_id
    where owners.user_id is not null
)

select
    user_id,
    case when is_queue then coalesce(user_name || ' (queue)', 'Queue ' || user_id) else user_name end as user_name,
    email,
    is_active,
    is_queue,
from known
