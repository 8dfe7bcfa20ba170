"""How people spell a name or an address the second time.

What belongs here: text in, text out, one function per kind of copy. Which rows are copies is duplicates.py's; the
tables of words are words.py's.
"""

import re
from collections.abc import Mapping

import polars as pl

from pipelines.demo import words
from pipelines.demo.draw import Ints

FORMS = sorted({form for forms in (*words.LEGAL_FORMS.values(), words.OTHER_LEGAL_FORMS) for form in forms if form})
LEGAL_FORM = " (" + "|".join(re.escape(form) for form in sorted(FORMS, key=len, reverse=True)) + ")$"


def without_form(name: pl.Series) -> pl.Series:
    return name.str.replace(LEGAL_FORM, "")


def other_form(name: pl.Series, draw: Ints) -> pl.Series:
    """Another legal form, or none."""
    form = pl.Series([f" {form}" for form in FORMS] + [""] * len(FORMS)).gather(draw % (2 * len(FORMS)))
    return without_form(name) + form


def abbreviated(name: pl.Series) -> pl.Series:
    """Long words short, without the legal form; a name without such a word keeps its first word alone."""
    return reworded(name, words.SHORT_WORDS, without_form(name).str.extract(r"^(\S+)", 1))


def translated(name: pl.Series) -> pl.Series:
    """Words in another language; a name without such a word says "Group" behind it."""
    return reworded(name, words.TRANSLATIONS, without_form(name) + pl.Series([" Group"]))


def reworded(name: pl.Series, table: Mapping[str, str], otherwise: pl.Series) -> pl.Series:
    short = without_form(name)
    changed = short.str.replace_many(list(table), list(table.values()))
    return pl.select(pl.when(changed != short).then(changed).otherwise(otherwise)).to_series()


def typo(text: pl.Series, draw: Ints) -> pl.Series:
    """One letter left out, doubled, or exchanged with the next; never the first one."""
    frame = pl.DataFrame({"text": text, "draw": draw}).with_columns(
        at=1 + pl.col("draw") // 3 % (pl.col("text").str.len_chars().cast(pl.Int64) - 2).clip(1)
    )
    letters, at = pl.col("text"), pl.col("at")
    before, here, after = letters.str.slice(0, at), letters.str.slice(at, 1), letters.str.slice(at + 1)
    exchanged = before + after.str.slice(0, 1) + here + after.str.slice(1)
    made = (
        pl.when(pl.col("draw") % 3 == 0)
        .then(before + after)
        .when((pl.col("draw") % 3 == 1) | (exchanged == letters))
        .then(before + here + here + after)
        .otherwise(exchanged)
    )
    return frame.select(made).to_series()


def other_domain(domain: pl.Series, draw: Ints) -> pl.Series:
    """The same company under another ending, or without the hyphen."""
    stem = domain.str.extract(r"^([^.]+)", 1)
    ending = pl.Series(words.OTHER_ENDINGS).gather(draw % len(words.OTHER_ENDINGS))
    same = domain.str.strip_prefix(".") == stem + pl.Series(["."]) + ending
    other = stem.str.replace_all("-", "", literal=True) + pl.Series(["."]) + ending
    return pl.select(pl.when(same).then(other).otherwise(stem + pl.Series(["."]) + ending)).to_series()


def short_name(first: pl.Series) -> pl.Series:
    """The name a person goes by: the usual short form, or the initial."""
    return first.replace_strict(
        words.SHORT_NAMES, default=first.str.slice(0, 1) + pl.Series(["."]), return_dtype=pl.String
    )


def free_address(first: pl.Series, last: pl.Series, draw: Ints) -> pl.Series:
    """A private address of the same person."""
    host = pl.Series(words.FREE_MAIL).gather(draw % len(words.FREE_MAIL))
    plain = last.str.replace_all("'", "", literal=True)
    number = pl.Series(1000 + draw // len(words.FREE_MAIL) % 9000).cast(pl.String)
    return first.str.to_lowercase() + plain.str.to_lowercase() + number + pl.Series(["@"]) + host


def tagged(email: pl.Series) -> pl.Series:
    """The same mailbox with a tag that mail servers ignore."""
    return email.str.replace("@", "+crm@", literal=True)


def capital_letters(email: pl.Series) -> pl.Series:
    """The same mailbox in other letters: names with capitals, the host in capitals."""
    local = email.str.extract(r"^([^@]+)", 1).str.to_titlecase()
    return local + pl.Series(["@"]) + email.str.extract(r"@(.+)$", 1).str.to_uppercase()
