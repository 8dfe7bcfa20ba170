-- Named functions that every table may call: what DuckDB and Spark would say differently under a shared name.
-- Each is called by some table (the lint says which is not), and null in gives null out unless it says otherwise.

-- Days from one moment to a later one, a fraction; negative when they are out of order.
create or replace temp macro days_between(earlier, later) as
    (epoch_us(cast(later as timestamp)) - epoch_us(cast(earlier as timestamp))) / 86400000000.0::double;

-- Whole seconds since 1970, rounded down.
create or replace temp macro epoch_s(moment) as
    epoch_us(date_trunc('second', cast(moment as timestamp))) // 1000000;

-- The nearest whole number, halves away from zero.
create or replace temp macro round_int(number) as cast(round(number) as bigint);

-- A ratio as a double, null when the denominator is 0.
create or replace temp macro safe_div(numerator, denominator) as
    cast(numerator as double) / nullif(cast(denominator as double), 0);

-- The weight of something `days` old when half of it fades every `half_life_days`: 1 when new, then 0.5, 0.25, ...
create or replace temp macro half_life(days, half_life_days) as
    pow(0.5::double, safe_div(days, half_life_days));

-- A number from 0 to 2^60 - 1 that the text alone decides, today and on any engine: for samples and ties.
create or replace temp macro stable_hash64(words) as
    cast('0x' || substr(md5(cast(words as varchar)), 1, 15) as bigint);

-- An e-mail address as it is compared: lower case, without blanks, a name around it, mailto: and the tag after a plus, all
-- of which reach the same mailbox; null when there is no @ in it. Most addresses need no second look.
create or replace temp macro email_normal(email) as
    case
        when not contains(email, '@') then null
        when contains(email, '+') or contains(email, '<') or contains(email, ':') or contains(email, ' ')
            or contains(email, chr(9)) or contains(email, chr(160))
        then regexp_replace(
            regexp_replace(
                coalesce(nullif(regexp_extract(lower(email), '<([^<>]*@[^<>]*)>', 1), ''), lower(email)),
                '[\s\x{00A0}]+|mailto:', '', 'g'
            ),
            '([^+@])\+[^@]*', '\1', 'g'
        )
        else lower(email)
    end;

-- A telephone number as it is compared: its last nine digits, so that +49 30 1234567 and (030) 123 45 67 are one number;
-- without an extension and leading zeros; null for what has less than seven digits.
create or replace temp macro phone_normal(phone) as
    nullif(regexp_extract(
        regexp_replace(regexp_replace(lower(phone), '(ext|x|#).*$', '', 'g'), '^[^1-9]+|[^0-9]', '', 'g'),
        '[0-9]{7,9}$', 0
    ), '');

-- What follows the @ of an e-mail address, in lower case; null when it is not one address.
create or replace temp macro email_domain(email) as
    nullif(regexp_extract(email_normal(email), '^[^@\s]+@([^@\s]+)$', 1), '');

-- The UTC moment in which a day ends in a zone, to the second; the day may have 23 or 25 hours.
create or replace temp macro day_end_at(day, zone) as
    timezone('UTC', timezone(zone, cast(cast(day as date) + 1 as timestamp))) - interval 1 second;

-- The date in a zone at a UTC moment.
create or replace temp macro local_date(moment, zone) as
    cast(timezone(zone, timezone('UTC', cast(moment as timestamp))) as date);

-- A moment some whole days later (earlier when negative), at the same time of day.
create or replace temp macro add_days(moment, days) as
    cast(moment as timestamp) + cast(days as bigint) * interval 1 day;

-- The domain that a web address names, in lower case without scheme, user, www., port and path; null when it names none.
create or replace temp macro website_domain(address) as
    nullif(regexp_extract(
        lower(trim(address)),
        '^(?:[a-z][a-z0-9+.-]*://)?(?:[^/@\s]*@)?(?:www[0-9]?\.)?([^/:?#@\s.]+(?:\.[^/:?#@\s.]+)+)\.?(?:[/:?#].*)?$',
        1
    ), '');

-- The start of the minute that a moment lies in.
create or replace temp macro minute_start(moment) as date_trunc('minute', cast(moment as timestamp));

-- Two lists as one, a null list as an empty one.
create or replace temp macro lists_joined(first_list, second_list) as
    list_concat(coalesce(first_list, []), coalesce(second_list, []));
