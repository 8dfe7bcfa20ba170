"""Typing cells: text to the contract's types as SQL expressions, and the words for a cell that cannot be read.

A cast that DuckDB would make in silence but that changes the value (5.5 to 6, 1234.567 to 1234.57, a time cut off a
date, a time zone dropped, `epoch`, 31.12.25 to the year 25) is not made; the cell then counts as unreadable and its row
is kept out. So money with more decimals than the contract's scale is refused, never rounded: a column in which such
amounts are usual (formulas, unit prices) has a wider scale in its contract. Only a binary fraction (Parquet `double`)
may differ from its decimal, by what its 53 bits cannot hold; a `double` column rounds text as any binary fraction does;
parts of a microsecond are cut.
"""

from pipelines.contracts.contract import Column
from pipelines.contracts.formats import EPOCHS, form_of
from pipelines.warehouse import quoted_text

FOUR_DIGITS = 1000
"""The first year that four digits write."""
EXPECTED = {
    "date": "a date like 2024-01-31",
    "timestamp": "a time like 2024-01-31T09:30:00.000+0000",
    "boolean": "true, false, yes, no, ja, nein, 1, 0 or nothing",
    "integer": "a whole number like 250",
    "number": "a number like 1250.50",
    "string": "text",
    "array": "a list",
}


def typed(cell: str, found_type: str, column: Column) -> str:
    """SQL for the column's value from a cell of `found_type`; null where the cell is blank or cannot be read.

    A blank boolean is false where the contract says so. Timestamps become naive UTC: an offset in the text counts,
    which a bare cast to timestamp would ignore.
    """
    cell = without_null_words(cell, found_type, column)
    if column.logical_type == "boolean":
        value = boolean(cell, found_type)
        return f"coalesce({value}, false)" if column.blank_is_false else value
    if column.text_format in EPOCHS and not found_type.startswith("TIMESTAMP"):
        return epoch(cell if found_type == "VARCHAR" else f"{cell}::varchar", column)
    if found_type != "VARCHAR":
        value = in_calendar(f"try_cast({to_utc(cell, found_type, column)} as {column.physical_type})", column)
        unchanged = same_value(to_utc(cell, found_type, column), value, found_type, column)
        return f"case when {unchanged} then {value} end" if unchanged else value
    return typed_text(cell, column)


def without_null_words(cell: str, found_type: str, column: Column) -> str:
    """The cell, null where it holds a word that means nothing."""
    if found_type != "VARCHAR" or not column.null_values:
        return cell
    words = ", ".join(quoted_text(word) for word in column.null_values)
    return f"case when trim({cell}) in ({words}) then null else {cell} end"


def with_point(cell: str, form: str) -> str:
    """A number of the form as the engine reads numbers; what is none of the form stays none: 1.5 where a point parts
    groups of three digits is not read as one and a half.
    """
    group, mark = (".", ",") if form == "1.234,56" else (",", ".")
    pattern = rf"\s*[+-]?([0-9]+|[0-9]{{1,3}}(\{group}[0-9]{{3}})+)(\{mark}[0-9]+)?\s*"
    plain = f"replace(replace({cell}, '{group}', ''), '{mark}', '.')"
    return f"case when regexp_full_match({cell}, '{pattern}') then {plain} when trim({cell}) <> '' then '?' end"


def epoch(cell: str, column: Column) -> str:
    """The moment of a whole number of seconds or milliseconds since 1970, up to the year 5138."""
    digits, factor = (11, "* 1000") if column.text_format == "epoch_s" else (14, "")
    whole = rf"regexp_full_match({cell}, '\s*-?[0-9]{{1,{digits}}}\s*')"
    return f"case when {whole} then epoch_ms(try_cast({cell} as bigint) {factor}) end"


def typed_text(cell: str, column: Column) -> str:
    """The same for a cell of text."""
    if column.number_form:
        cell = with_point(cell, column.number_form)
    match column.logical_type:
        case "timestamp":
            return moment_of(cell, column)
        case "date":
            return day_of(cell, column)
        case "array":
            return f"try_cast({cell} as {column.physical_type})"
        case "integer":
            whole = f"try_cast({cell} as {column.physical_type})"
            exact = f"try_cast({cell} as decimal(38, 19)) = {whole}"
            return f"case when regexp_full_match({cell}, '\\s*[+-]?[0-9]+\\s*') or {exact} then {whole} end"
        case "number":
            return number_of(cell, column)
        case _:
            return cell


def in_calendar(value: str, column: Column) -> str:
    """SQL for a moment or day between the years 1 and 9999, null for others, such as infinity."""
    if column.logical_type not in ("timestamp", "date"):
        return value
    return f"case when {value} between timestamp '0001-01-01' and timestamp '9999-12-31 23:59:59' then {value} end"


def number_of(cell: str, column: Column) -> str:
    """SQL for a number in text: a decimal exactly, a binary fraction as near as it comes."""
    number = f"try_cast({cell} as {column.physical_type})"
    if column.physical_type == "double":
        return f"case when isfinite({number}) then {number} end"
    return f"case when try_cast({cell} as {widest(column.physical_type)}) = {number} then {number} end"


def moment_of(cell: str, column: Column) -> str:
    """SQL for a time in text as naive UTC: an offset in the text counts, else the column's zone, else UTC."""
    if column.text_format:
        read = in_form(cell, column)
        if "%z" in column.text_format:
            return f"timezone('UTC', {read})"
        return in_zone(read, column.zone) if column.zone else read
    moment = f"timezone('UTC', try_cast({cell} as timestamptz))"
    if column.zone:
        has_offset = f"regexp_matches({cell}, '(?i):[0-9]{{2}}(\\.[0-9]+)? ?(z|utc|[+-][0-9]{{2}}(:?[0-9]{{2}})?)$')"
        local = in_zone(f"try_cast({cell} as timestamp)", column.zone)
        moment = f"case when {has_offset} then {moment} else {local} end"
    # A cell that was cut off (2024-01-2 of 2024-01-23) would be read as another day.
    is_digit = "between '0' and '9'"
    is_whole = f"({cell} like '1%' or {cell} like '2%') and {cell}[5] not {is_digit}"
    is_whole += f" and {cell}[7] {is_digit} and {cell}[10] {is_digit}"
    return f"case when {is_whole} then {moment} end"


def day_of(cell: str, column: Column) -> str:
    """SQL for a date in text."""
    if not column.text_format:
        return f"case when {cell} like '____-__-__' then try_cast({cell} as date) end"
    moment = f"{in_form(cell, column)}::timestamp"
    return f"case when {moment} = date_trunc('day', {moment}) then {moment}::date end"


def in_form(cell: str, column: Column) -> str:
    """SQL for a cell read in the column's form; null where a year of two or three digits meets a form with four."""
    read = f"try_strptime({cell}, {quoted_text(column.text_format)})"
    return f"case when year({read}) >= {FOUR_DIGITS} then {read} end" if "%Y" in column.text_format else read


def in_zone(local: str, zone: str) -> str:
    """SQL for a local time of a zone as naive UTC."""
    return f"timezone('UTC', timezone({quoted_text(zone)}, {local}))"


def widest(decimal: str) -> str:
    """The decimal type with as many digits before the point and all the others behind it."""
    precision, scale = (int(part) for part in decimal.removeprefix("decimal(").removesuffix(")").split(","))
    return f"decimal(38, {38 - (precision - scale)})"


def same_value(cell: str, value: str, found_type: str, column: Column) -> str:
    """SQL that is true where a typed cell and its cast are the same value; empty where no cast can change it."""
    if column.logical_type not in ("integer", "number", "date") or found_type == column.physical_type.upper():
        return ""
    if found_type == "DOUBLE" and column.logical_type == "number":
        return f"abs({value}::double - {cell}) <= abs({cell}) * 1e-14"
    back = "TIMESTAMP" if found_type == "TIMESTAMP WITH TIME ZONE" else found_type
    return f"try_cast({value} as {back}) = {cell}"


def expected_type(column: Column) -> str:
    """The column's type in words, with the decimals that it has room for."""
    if column.text_format:
        form = column.text_format if column.text_format in EPOCHS else form_of(column.text_format)
        return f"a {column.logical_type} in the form {form}"
    if column.number_form:
        return f"a number like {column.number_form}"
    if not column.physical_type.startswith("decimal"):
        return EXPECTED[column.logical_type]
    scale = column.physical_type.split(",")[1].removesuffix(")")
    return f"{EXPECTED[column.logical_type]} with at most {scale} decimals"


def boolean(cell: str, found_type: str) -> str:
    """true/false, t/f, yes/no, y/n, ja/nein, wahr/falsch, 1/0 in any case; null for anything else."""
    if found_type == "BOOLEAN":
        return cell
    text = f"lower(trim({cell}::varchar))"
    return (
        f"case when {text} in ('true', '1', 'yes', 't', 'y', 'ja', 'wahr') then true "
        f"when {text} in ('false', '0', 'no', 'f', 'n', 'nein', 'falsch') then false end"
    )


def to_utc(cell: str, found_type: str, column: Column) -> str:
    """SQL for a typed time as naive UTC; one without a zone is of the column's zone."""
    if found_type == "TIMESTAMP WITH TIME ZONE":
        return f"timezone('UTC', {cell})"
    return in_zone(cell, column.zone) if column.zone and found_type.startswith("TIMESTAMP") else cell


def unreadable(cell: str, found_type: str, column: Column) -> str:
    """SQL that is true where the cell holds something that is not of the column's type; the empty string when none can.

    A blank is not unreadable; whether it may be blank is a rule of its own.
    """
    is_moment = column.logical_type in ("timestamp", "date")
    if column.logical_type == "string" or (found_type == column.physical_type.upper() and not is_moment):
        return ""
    cell = without_null_words(cell, found_type, column)
    value = boolean(cell, found_type) if column.logical_type == "boolean" else typed(cell, found_type, column)
    blank = f"trim({cell}) = ''" if found_type == "VARCHAR" else "false"
    return f"({cell} is not null and {value} is null and not {blank})"
