"""One hash over everything that decides what is published: extracts, contracts, SQL, playbook, code, as-of, libraries.

What does not belong here: what follows from it (`pipelines/run.py`).
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from pipelines.engine import CONTRACTS, SQL, Request
from pipelines.home import PROJECT_ROOT

CODE = ("pipelines", "models")
LIBRARIES = PROJECT_ROOT / "requirements.lock"


def fingerprint(request: Request, extract_hashes: dict[str, str]) -> str:
    """The hash (64 hex digits); `extract_hashes` maps each extract file to the hash of its content."""
    total = hashlib.sha256()
    for name, content in [*sorted(extract_hashes.items()), *project_hashes(request.playbook)]:
        total.update(f"{name}\0{content}\n".encode())
    total.update(f"as of\0{request.as_of.isoformat() if request.as_of else 'the data says'}\n".encode())
    return total.hexdigest()


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
