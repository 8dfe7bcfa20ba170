"""Which entries of a folder may be read: files of its own with names that can be shown. Nothing is opened here.

Whoever may write into the folder must not choose what else on this machine is read, nor make the run wait for ever.
"""

import unicodedata
from pathlib import Path

from pipelines.errors import GrowthError

UNSHOWN = ("Cc", "Cs", "Zl", "Zp")
"""Control characters, bytes that are no text, and line ends: a name with one of these writes more than its name."""


def check_entry(folder: Path, path: Path) -> None:
    """Refuse what is no file of this folder.

    Raises GrowthError for a link that leads out of the folder or nowhere, a pipe, a device or a socket, and for a name
    that cannot be shown.
    """
    name = path.relative_to(folder).as_posix()
    if not is_plain_name(name):
        raise GrowthError(
            f"{folder} holds a file named {name!r}; a name has only characters that can be read, so rename it."
        )
    if path.is_symlink():
        check_link(folder, path, name)
    elif not path.is_file():
        raise GrowthError(f"{name} in {folder} is a pipe, a device or a socket, expected a file; take it out.")


def check_link(folder: Path, path: Path, name: str) -> None:
    """Refuse a link that leads out of the folder, to no file, or in a circle."""
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise GrowthError(f"{name} in {folder} is a link that leads nowhere; put the file itself there.") from error
    if not target.is_relative_to(folder.resolve()) or not target.is_file():
        raise GrowthError(
            f"{name} in {folder} is a link to something that is no file of this folder; it is not followed, "
            "put the file itself there."
        )


def is_plain_name(name: str) -> bool:
    """Whether every character of a name is text that stays where it is written."""
    return not any(unicodedata.category(character) in UNSHOWN for character in name)
