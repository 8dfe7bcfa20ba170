"""The tables, models and published files as Dagster assets with their checks; each body calls the module that works.

What does not belong here: SQL, business rules, modelling. Jobs and schedules: `pipelines/jobs.py`.
"""
