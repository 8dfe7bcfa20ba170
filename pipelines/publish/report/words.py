"""Numbers, moments and lists as a reader expects them. What belongs here: wording that knows nothing of any table."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

DASH = "–"
LEAST_SHARE = 0.001
QUOTES = (("'", "'"), ('"', '"'), ("`", "`"), ("“", "”"), ("‘", "’"), ("«", "»"))


def number(value: float | None) -> str:
    """A whole number with thousands separators; a dash for what is not known."""
    return DASH if value is None else f"{round(value):,}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 lead`, `1,200 leads`, `no leads`."""
    noun = one if count == 1 else (many or f"{one}s")
    return f"{number(count) if count else 'no'} {noun}"


def percent(share: float | None) -> str:
    """A share (0 to 1) in percent, with one decimal where a whole number would hide it."""
    if share is None:
        return DASH
    if 0 < share < LEAST_SHARE:
        return "under 0.1%"
    digits = 1 if 0 < share < 0.1 else 0
    return f"{share * 100:.{digits}f}%".replace(".0%", "%")


def span(hours: float) -> str:
    """`under an hour`, `5 hours`, `3 days`: from two days on in days."""
    if hours < 1:
        return "under an hour"
    return plural(round(hours), "hour") if hours < 48 else plural(round(hours / 24), "day")


def decimal(value: float | None, digits: int = 2) -> str:
    return DASH if value is None else f"{value:,.{digits}f}"


def day(value: date | datetime | None, zone: ZoneInfo) -> str:
    """`22 Nov 2026`; a naive datetime is UTC and is shown by the zone's day."""
    if value is None:
        return DASH
    local = in_zone(value, zone) if isinstance(value, datetime) else value
    return f"{local.day} {local:%b %Y}"


def moment(value: datetime, zone: ZoneInfo) -> str:
    """`Sunday 22 November 2026, 03:57 (Europe/Berlin)` from a naive UTC datetime."""
    local = in_zone(value, zone)
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M} ({zone.key})"


def in_zone(value: datetime, zone: ZoneInfo) -> datetime:
    return value.replace(tzinfo=value.tzinfo or UTC).astimezone(zone)


def label(name: str | None) -> str:
    """`qualified_lead` as `Qualified lead`."""
    words = (name or "").replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def joined(names: Sequence[str]) -> str:
    """`Ada, Bo and Cy`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def sentence(text: str) -> str:
    """The text with a capital first letter, unless it begins with a file's name, and one full stop at its end."""
    trimmed = text.strip().rstrip(".")
    is_name = bool(set("._/") & set(trimmed.partition(" ")[0]))  # deals_2026.csv is called so
    first = trimmed[:1] if is_name else trimmed[:1].upper()
    return f"{first}{trimmed[1:]}." if trimmed else ""


def as_list(value: str | Iterable[str] | None) -> tuple[str, ...]:
    """A list-valued column; a text is one that was joined with `; `."""
    if value is None:
        return ()
    parts = value.split(";") if isinstance(value, str) else value
    return tuple(part.strip() for part in parts if part and part.strip())


def without_values(text: str) -> str:
    """A reason with whatever it quotes from a record blanked: the report is mailed, the records stay in the house.

    It blanks from the first mark to the last one, since a value may hold a mark itself (`'O'Brien'`).
    """
    blanked = re.sub(r"found .*, expected ", "found …, expected ", text, flags=re.DOTALL)
    for first, last in QUOTES:
        blanked = re.sub(f"{first}.*{last}", "…", blanked, flags=re.DOTALL)
    return re.sub(r"\S+@\S+|\+?\d[\d ()/.-]{5,}\d", "…", blanked)


def safe_link(address: str | None) -> str | None:
    """An address that a click may open: the web only, never `javascript:` or a file."""
    return address if address and re.match(r"https?://[^\s]+$", address, re.IGNORECASE) else None
