"""From checked tables to what people open: files, the readers' database, the manifest, and the switch to a new version.

What does not belong here: which rows are in a list (`sql/marts`), and the report's pages (`pipelines/publish/report`).
"""
