"""One plain `select` per file becomes one table: reading the files, ordering, building, lineage and lint.

No business rule lives here (`sql/` and the playbook say those), and no Dagster (`pipelines/assets` makes the assets).
"""
