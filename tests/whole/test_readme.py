"""README, "Your own CSV in ten minutes": its commands, typed as they stand there, bring a list into the queue."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from pipelines.home import PROJECT_ROOT

FAIR = "Badge No;First Name;Surname;E-Mail;Company;Job Title;Registered At;Unsubscribed\n" + "".join(
    f"{n:04d};Ann;Lee {n};ann{n}@firm{n}.example;Firm {n};Head of Sales;{1 + n % 28:02d}.03.2026 09:15;no\n"
    for n in range(40)
)


def commands() -> list[str]:
    """The indented lines of the section."""
    text = (PROJECT_ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("## Your own CSV in ten minutes")[2].partition("\n## ")[0]
    return re.findall(r"^    (\S.*)$", section, re.MULTILINE)


@pytest.mark.capability("E3", "R1")
def test_the_commands_of_the_readme_bring_a_list_of_ones_own_into_the_queue(tmp_path: Path) -> None:
    (tmp_path / ".venv").symlink_to(PROJECT_ROOT / ".venv")
    (tmp_path / "fair_leads.csv").write_text(FAIR, encoding="utf-8")
    said: list[str] = []
    for command in commands():
        done = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"PYTHONPATH": str(PROJECT_ROOT), "COLUMNS": "200"},
        )
        assert done.returncode == 0, f"{command}: {done.stdout} {done.stderr}"
        said.append(done.stdout)
    assert "Feeds staging.leads" in said[-3]
    assert "Lee" in said[-1]
