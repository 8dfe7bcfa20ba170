"""What a torture has done so far, as JSON lines, so that a stopped one goes on where it was."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Journal:
    """A file with one verdict a line."""

    path: Path

    def read(self) -> list[dict[str, Any]]:
        """Every verdict written so far; a line cut short by a kill is none."""
        if not self.path.exists():
            return []
        lines = self.path.read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in lines[:-1]]

    def add(self, verdict: Any) -> None:
        """Append a dataclass."""
        with self.path.open("a", encoding="utf-8") as sink:
            sink.write(json.dumps(asdict(verdict)) + "\n")
