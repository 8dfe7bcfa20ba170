"""Rules about whole tables as Great Expectations suites over the engine's own DuckDB connection."""
