"""One hash over everything that decides what is published: extracts, contracts, SQL, playbook, code, as-of, libraries.

What does not belong here: what follows from it (`pipelines/run.py`).
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipelines.engine import CONTRACTS, SQL, Request
from pipelines.home import PROJECT_ROOT
from pipelines.releases import acts_of_people

CODE = ("pipelines", "models")
HALF = 32
LIBRARIES = PROJECT_ROOT / "requirements.lock"


def fingerprint(request: Request, extract_hashes: dict[str, str]) -> str:
    """Two hashes of 32 hex digits, of what was asked for (extracts, deeds of people, as-of) and of what made it;
    `extract_hashes` maps each extract file to the hash of its content."""
    as_of = request.as_of.isoformat() if request.as_of else "the data says"
    mended = [("mended", path.name) for path in sorted(request.home.mended.glob("*.jsonl"))]  # named by their content
    by_hand = [*mended, *acts_of_people(request.home)]
    return half([*sorted(extract_hashes.items()), *by_hand, ("as of", as_of)]) + made_by(request)


def is_of_today(mark: str, request: Request) -> bool:
    """Whether a fingerprint names today's contracts and SQL, the home's own too, playbook, code and libraries, from
    whatever extracts."""
    return len(mark) == 2 * HALF and mark[HALF:] == made_by(request)


def made_by(request: Request) -> str:
    """The second half: one hash over the project, the playbook, and what a home adds of its own."""
    home = request.home
    files = sorted([*home.contracts.rglob("*.yaml"), *home.sql.rglob("*.sql")])
    own = [(str(path.relative_to(home.root)), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]
    return half([*project_hashes(request.playbook), *own])


def half(parts: Iterable[tuple[str, str]]) -> str:
    """One hash over names and contents."""
    total = hashlib.sha256()
    for name, content in parts:
        total.update(f"{name}\0{content}\n".encode())
    return total.hexdigest()[:HALF]


def project_hashes(playbook: Path) -> Iterator[tuple[str, str]]:
    """Each file of the project and the playbook that a result depends on, with its hash, in a fixed order."""
    files = [("playbook", playbook, path) for path in playbook.rglob("*.yaml")]
    files += [("contract", CONTRACTS, path) for path in CONTRACTS.rglob("*.yaml")]
    files += [("sql", SQL, path) for path in SQL.rglob("*.sql")]
    for folder in CODE:
        root = PROJECT_ROOT / folder
        files += [(folder, root, path) for path in root.rglob("*") if path.suffix in (".py", ".yaml", ".j2", ".html")]
    files += [("libraries", PROJECT_ROOT, LIBRARIES)] if LIBRARIES.exists() else []
    for kind, root, path in sorted(set(files)):
        yield f"{kind}/{path.relative_to(root)}", hashlib.sha256(path.read_bytes()).hexdigest()
