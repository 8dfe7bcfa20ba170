"""Where the engine keeps things: one folder per company, the paths inside it and nothing else."""

import stat
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import GrowthError

PROJECT_ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Home:
    """The folder of one company (`--home`, by default `growth_home/`)."""

    root: Path

    @property
    def extracts(self) -> Path:
        """The drop folder: export files land here unless `--extracts` names another one."""
        return self.root / "extracts"

    @property
    def intake(self) -> Path:
        return self.root / "intake.duckdb"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def scratch(self) -> Path:
        """What DuckDB has no memory for during a run."""
        return self.root / "scratch"

    @property
    def digests(self) -> Path:
        """Content hashes of the extracts of the runs before."""
        return self.root / "digests.json"

    @property
    def mended(self) -> Path:
        """Refused rows that people mended, as files: they are read with the extracts."""
        return self.root / "mended"

    @property
    def contracts(self) -> Path:
        """The company's own contracts, read beside those of the project."""
        return self.root / "contracts"

    @property
    def sql(self) -> Path:
        """The company's own SQL files, `<schema>/<table>.sql`, read beside those of the project."""
        return self.root / "sql"

    @property
    def writer_lock(self) -> Path:
        return self.root / "writer.lock"

    @property
    def dagster(self) -> Path:
        return self.root / "dagster"

    @property
    def mlflow(self) -> Path:
        return self.root / "mlflow"

    @property
    def published(self) -> Path:
        return self.root / "published"

    @property
    def latest(self) -> Path:
        return self.published / "latest"

    def create(self) -> None:
        """Make the folder readable by its owner alone (it holds personal data).

        A folder that was there before is closed to others when it is a home: empty, or with our files in it.
        """
        try:
            is_ours = not self.root.exists() or self.is_home()
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            if is_ours:
                close_to_others(self.root)
            for folder in (self.dagster, self.mlflow, self.published):
                folder.mkdir(mode=0o700, exist_ok=True)
                close_to_others(folder)
        except OSError as error:
            raise GrowthError(
                f"The home folder {self.root} cannot be made ({error.strerror}); "
                "free some space, or name another folder with --home."
            ) from error

    def is_home(self) -> bool:
        """Whether the folder holds our files, or nothing but extracts."""
        names = {path.name for path in self.root.iterdir()}
        ours = {path.name for path in (self.intake, self.warehouse, self.writer_lock)}
        return bool(names & ours) or names <= {self.extracts.name, self.contracts.name, self.sql.name}


def close_to_others(folder: Path) -> None:
    """Take the folder's permissions from everybody but its owner."""
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        folder.chmod(0o700)
