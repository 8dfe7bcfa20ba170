"""`format` of ODCS: forms of text as patterns, forms of dates as strptime spells them, widths of numbers as bounds."""

import re

OCTET = r"(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
GROUP = r"[0-9A-Fa-f]{1,4}"
TEXT_PATTERNS = {
    "email": r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+",
    "uuid": r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}",
    "uri": r"[A-Za-z][A-Za-z0-9+.-]*:\S+",
    "hostname": r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*",
    "ipv4": rf"{OCTET}(\.{OCTET}){{3}}",
    "ipv6": rf"({GROUP}:){{7}}{GROUP}|({GROUP}:){{1,7}}:|:(:{GROUP}){{1,7}}|({GROUP}:){{1,6}}(:{GROUP}){{1,6}}",
    "byte": r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
}
"""Forms that a text can be held against; RFC 5321 addresses are checked for their shape alone."""
UNCHECKED = ("password", "binary")
"""Forms that say how to treat a text, not how it looks."""

NUMBERS = {
    **{f"i{bits}": (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for bits in (8, 16, 32, 64, 128)},
    **{f"u{bits}": (0, 2**bits - 1) for bits in (8, 16, 32, 64, 128)},
    "f32": (-3.4028234663852886e38, 3.4028234663852886e38),
    "f64": (-1.7976931348623157e308, 1.7976931348623157e308),
}
"""Smallest and largest number of each width."""

LETTERS = {
    "yyyy": "%Y", "uuuu": "%Y", "yy": "%y", "uu": "%y", "MM": "%m", "M": "%-m", "MMM": "%b", "MMMM": "%B",
    "dd": "%d", "d": "%-d", "HH": "%H", "H": "%-H", "hh": "%I", "h": "%-I", "mm": "%M", "m": "%-M", "ss": "%S",
    "s": "%-S", "SSS": "%g", "SSSSSS": "%f", "a": "%p", "XXX": "%z", "XX": "%z", "xxx": "%z", "xx": "%z", "Z": "%z",
}  # fmt: skip
"""Letters of Java's DateTimeFormatter, as strptime spells them."""


EPOCHS = ("epoch_s", "epoch_ms")
"""Times as numbers, for which Java has no letter: seconds or milliseconds since 1970."""


def strptime_of(form: str) -> str | None:
    """`dd.MM.yyyy HH:mm` as `%d.%m.%Y %H:%M`; None where it holds a letter that strptime has no word for."""
    parts = []
    for quoted, letters, other in tokens(form):
        if letters and letters not in LETTERS:
            return None
        parts.append(LETTERS[letters] if letters else (quoted or other).replace("%", "%%"))
    return "".join(parts)


def form_of(strptime: str) -> str:
    """`%d.%m.%Y %H:%M` as `dd.MM.yyyy HH:mm`, the words of a contract; the first of those that mean the same."""
    words = {spelt: letters for letters, spelt in reversed(LETTERS.items())} | {"%%": "%"}

    def word(found: re.Match[str]) -> str:
        text = found[0]
        return words[text] if text.startswith("%") else "'" + text.replace("'", "''") + "'"

    return re.sub(r"%-?[A-Za-z%]|[A-Za-z']+", word, strptime)


def tokens(form: str) -> list[tuple[str, str, str]]:
    """A form cut into (quoted text, run of one letter, anything else); two quotes are a quote."""
    found = []
    for match in re.finditer(r"'((?:[^']|'')*)'|(?P<run>(?P<letter>[A-Za-z])(?P=letter)*)|(.)", form, re.DOTALL):
        quoted, other = match.group(1), match.group(4)
        text = "'" if quoted == "" else (quoted or "").replace("''", "'")
        found.append((text, match.group("run") or "", other or ""))
    return found
