-- One row per job title that a lead has or had, with the seniority and the function that it tells
-- key: title
with

titles as (
    select title, ' ' || trim(regexp_replace(lower(title), '[^a-z]+', ' ', 'g')) || ' ' as padded_title
    from (
        select title from core.leads
        union
        select title from core.lead_versions
    ) as every_title
    where title is not null
),

seniority as (
    select titles.title, words.seniority
    from titles
    inner join config.title_seniority as words
        on contains(titles.padded_title, ' ' || words.word || ' ')
    qualify row_number() over (partition by titles.title order by words.priority) = 1
),

functions as (
    select titles.title, words.job_function
    from titles
    inner join config.title_functions as words
        on contains(titles.padded_title, ' ' || words.word || ' ')
    qualify row_number() over (partition by titles.title order by words.priority) = 1
)

select
    titles.title,
    case
        when trim(titles.padded_title) = '' then null
        else coalesce(seniority.seniority, 'staff')
    end as seniority,
    case
        when trim(titles.padded_title) = '' then null
        else coalesce(functions.job_function, 'another function')
    end as job_function,
from titles
left join seniority on titles.title = seniority.title
left join functions on titles.title = functions.title
