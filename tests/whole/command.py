"""Running the command line as its users do, and looking at what it published."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import duckdb

GROWTH = [sys.executable, "-W", "ignore", "-c", "from pipelines.cli import main; main()"]
PUBLISHED_TABLES = ("target_accounts", "lead_queue", "funnel_by_cohort", "funnel_by_period", "model_health")


def growth(*words: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    """One call of the command line, to its end."""
    return subprocess.run(
        [*GROWTH, *map(str, words)],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
        env=os.environ | environment,
    )


def rows(home: Path, query: str) -> list[tuple[object, ...]]:
    """What the readers' copy answers."""
    with duckdb.connect(home / "published" / "latest" / "reader.duckdb", read_only=True) as reader:
        return reader.execute(query).fetchall()


def one(home: Path, query: str) -> object:
    """The one value that the readers' copy answers."""
    [(value,)] = rows(home, query)
    return value


def digests(home: Path) -> dict[str, str]:
    """The sha256 of every published table's files; run ids stand in none of them."""
    latest = home / "published" / "latest"
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name in PUBLISHED_TABLES
        for path in sorted(latest.glob(f"{name}.*"))
    }
