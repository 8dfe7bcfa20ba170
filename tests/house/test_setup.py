"""`make setup`: when the environment is made anew, and the one sentence for each thing that can be missing.

A stand-in for Python keeps a list of how it was called and does nothing else: what a real one does takes minutes.
"""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipelines.home import PROJECT_ROOT

PYTHON = """#!/bin/sh
echo "$*" >> "$CALLS"
case "$*" in
  --version) echo "Python ${VERSION:-3.11.9}" ;;
  *version_info*) [ -z "$UNFIT" ] ;;
  *ensurepip*) [ -z "$WITHOUT_VENV" ] ;;
  "-m venv "*) mkdir -p "$3/bin" "$3/lib"; cp "$0" "$3/bin/python" ;;
  *--require-hashes*) echo "$PIP_SAYS"; [ -z "$PIP_SAYS" ] ;;
  *--editable*) [ -z "$INTERRUPTED" ] || kill -9 $PPID ;;
esac
"""
DF = '#!/bin/sh\necho Filesystem; echo "disk 9999 9999 ${FREE_MB:-99999} 1% /"\n'


@dataclass
class Checkout:
    """A project of one lock file, and what its set-up was seen to do."""

    root: Path

    def setup(self, **environment: str) -> subprocess.CompletedProcess[str]:
        variables = {"PATH": f"{self.root / 'bin'}:{os.defpath}", "CALLS": str(self.root / "calls"), **environment}
        (self.root / "calls").write_text("")
        return subprocess.run(
            [self.root / ".ci" / "setup.sh"], env=variables, capture_output=True, text=True, check=False
        )

    def refusal(self, **environment: str) -> str:
        """The one line with which a set-up fails."""
        done = self.setup(**environment)
        assert done.returncode == 1
        lines = [line for line in done.stderr.splitlines() if not line.startswith("Making the environment")]
        assert len(lines) == 1, lines
        return lines[0].removeprefix("make setup: ")

    def installed(self) -> list[str]:
        """What the last set-up installed: `packages`, `project`."""
        calls = (self.root / "calls").read_text()
        return [name for name, mark in (("packages", "--require-hashes"), ("project", "--editable")) if mark in calls]


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    (tmp_path / ".ci").mkdir()
    (tmp_path / "bin").mkdir()
    shutil.copy(PROJECT_ROOT / ".ci" / "setup.sh", tmp_path / ".ci" / "setup.sh")
    (tmp_path / "requirements.lock").write_text("one==1\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    for name, text in [(f"python3{minor}", PYTHON) for minor in (".11", ".12", ".13", "")] + [("df", DF)]:
        (tmp_path / "bin" / name).write_text(text)
        (tmp_path / "bin" / name).chmod(0o755)
    return Checkout(tmp_path)


@pytest.mark.capability("X1")
def test_the_environment_is_made_once_and_again_when_the_lock_changes(checkout: Checkout) -> None:
    assert checkout.setup().returncode == 0
    assert checkout.installed() == ["packages", "project"]
    assert checkout.setup().returncode == 0
    assert checkout.installed() == []
    (checkout.root / "requirements.lock").write_text("one==2\n")
    assert checkout.setup().returncode == 0
    assert checkout.installed() == ["packages", "project"]


def test_a_changed_pyproject_installs_the_project_alone(checkout: Checkout) -> None:
    checkout.setup()
    (checkout.root / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert checkout.setup().returncode == 0
    assert checkout.installed() == ["project"]


def test_another_interpreter_makes_it_anew(checkout: Checkout) -> None:
    checkout.setup()
    assert checkout.setup(PYTHON="python3.12", VERSION="3.12.1").returncode == 0
    assert checkout.installed() == ["packages", "project"]


def test_an_interrupted_set_up_is_begun_anew(checkout: Checkout) -> None:
    assert checkout.setup(INTERRUPTED="yes").returncode != 0
    assert checkout.setup().returncode == 0
    assert checkout.installed() == ["packages", "project"]


def test_a_moved_checkout_is_set_up_anew(checkout: Checkout, tmp_path: Path) -> None:
    checkout.setup()
    moved = tmp_path / "moved"
    moved.mkdir()
    for name in (".ci", ".venv", "bin", "requirements.lock", "pyproject.toml"):
        (tmp_path / name).rename(moved / name)
    elsewhere = Checkout(moved)
    assert elsewhere.setup().returncode == 0
    assert elsewhere.installed() == ["packages", "project"]


def test_no_fit_python(checkout: Checkout) -> None:
    assert checkout.refusal(UNFIT="yes", VERSION="3.9.2") == (
        "no Python 3.11, 3.12 or 3.13 found (python3: Python 3.9.2); "
        "install one, or name it with PYTHON=/path/to/python3.12."
    )


def test_a_named_python_that_is_not_fit(checkout: Checkout) -> None:
    assert checkout.refusal(UNFIT="yes", VERSION="3.14.0", PYTHON="python3") == (
        "PYTHON=python3 is no Python 3.11, 3.12 or 3.13 (Python 3.14.0); name one that is."
    )


def test_a_python_without_its_venv_module(checkout: Checkout) -> None:
    assert checkout.refusal(WITHOUT_VENV="yes") == (
        "python3.11 lacks its venv module; install it (Debian, Ubuntu: apt-get install python3-venv), "
        "or name another Python with PYTHON=/path/to/python3.12."
    )


def test_a_disk_without_room(checkout: Checkout) -> None:
    assert checkout.refusal(FREE_MB="100") == (
        f"100 MB free on the disk of {checkout.root}, about 2500 MB needed; free some and start again."
    )


@pytest.mark.parametrize(
    ("pip_says", "sentence"),
    [
        (
            "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
            "no space left on the disk",
        ),
        (
            "WARNING: Retrying after connection broken by 'NewConnectionError(...)'\n"
            "ERROR: No matching distribution found for one==1",
            "the package index cannot be reached",
        ),
        ("ERROR: No matching distribution found for one==1", "the package index has no one==1 for this machine"),
        (
            "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.",
            "a package differs from the hash in requirements.lock",
        ),
        ("ERROR: something else", "see .venv/setup.log: ERROR: something else"),
    ],
)
def test_an_installation_that_fails(checkout: Checkout, pip_says: str, sentence: str) -> None:
    assert checkout.refusal(PIP_SAYS=pip_says).startswith(sentence)
