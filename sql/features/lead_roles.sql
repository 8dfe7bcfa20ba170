-- One row per lead with the seniority and the function that its job title tells
-- key: lead_id
with

titles as (
    select
        lead_id,
        ' ' || trim(regexp_replace(lower(coalesce(title, '')), '[^a-z]+', ' ', 'g')) || ' ' as padded_title,
    from core.leads
),

seniority as (
    select titles.lead_id, words.seniority
    from titles
    inner join config.title_seniority as words
        on contains(titles.padded_title, ' ' || words.word || ' ')
    qualify row_number() over (partition by titles.lead_id order by words.priority) = 1
),

functions as (
    select titles.lead_id, words.job_function
    from titles
    inner join config.title_functions as words
        on contains(titles.padded_title, ' ' || words.word || ' ')
    qualify row_number() over (partition by titles.lead_id order by words.priority) = 1
)

select
    titles.lead_id,
    case
        when trim(titles.padded_title) = '' then null
        else coalesce(seniority.seniority, 'staff')
    end as seniority,
    case
        when trim(titles.padded_title) = '' then null
        else coalesce(functions.job_function, 'another function')
    end as job_function,
from titles
left join seniority on titles.lead_id = seniority.lead_id
left join functions on titles.lead_id = functions.lead_id
