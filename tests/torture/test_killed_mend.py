"""A mend killed in its middle: whoever comes next finds the record either mended or still to mend, and nothing else."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.home import Home
from pipelines.lock import writer_lock
from pipelines.run import own_scratch
from pipelines.warehouse import connect
from tests.intake.mending import lead, load, mended, table, with_five, write_leads

MEND = """
import os, sys
from pathlib import Path
from pipelines.home import Home
from pipelines.intake.workshop import mending
from pipelines.lock import writer_lock
from pipelines.run import own_scratch
from pipelines.warehouse import connect
from tests.intake.mending import mended, with_five

def die(*_):
    os.kill(os.getpid(), 9)

name, root = sys.argv[1], Path(sys.argv[2])
if name == "commit":
    real = mending.put_in_place
    def put_in_place(*words):
        real(*words)
        die()
    mending.put_in_place = put_in_place
else:
    setattr(mending, name, die)
with writer_lock(Home(root).writer_lock, ""), own_scratch(Home(root)):
    mended(connect(Home(root)), root, with_five)
"""


@pytest.mark.capability("R4")
@pytest.mark.parametrize("place", ["judge", "load_rows", "put_in_place", "commit"])
def test_a_mend_that_is_killed_leaves_a_sound_home(tmp_path: Path, place: str) -> None:
    home = Home(tmp_path)
    write_leads(tmp_path, lead(1), lead(2, "many"))
    with closing(connect(home)) as connection:
        load(connection, tmp_path)
        before = table(connection)
    done = subprocess.run([sys.executable, "-c", MEND, place, str(tmp_path)], check=False, capture_output=True)
    assert done.returncode == -9, done.stderr
    with writer_lock(home.writer_lock, "", 1), own_scratch(home), closing(connect(home)) as connection:
        assert left(home) == []
        assert table(connection) == before
        assert connection.execute("select count(*) from quarantine.rows").fetchall() == [(1,)]
        load(connection, tmp_path, "load-2")  # takes what the mend had put in its place
        if place != "commit":
            assert mended(connection, tmp_path, with_five, "mend-2").loaded == 1
        assert len(table(connection)) == 2
        assert connection.execute("select count(*) from quarantine.rows").fetchall() == [(0,)]


def left(home: Home) -> list[Path]:
    """What the dead mend had begun and nobody needs."""
    return [*home.mended.glob(".*"), *(path for path in home.scratch.iterdir() if not path.name.startswith("duckdb"))]
