"""Some trainings killed: the champion loads, scores to the last bit as before, and the next training comes to its end.

The torture is a process of its own: it forks, which no thread of another test may meet.
"""

import json
import subprocess
import sys

import pytest

from pipelines.home import PROJECT_ROOT


@pytest.mark.capability("R7")
@pytest.mark.capability("M7")
def test_killed_trainings_leave_the_champion_as_it_was() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "tests.torture.trainings", "--points", "3", "--changes", "1"],
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        cwd=PROJECT_ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout) == []
