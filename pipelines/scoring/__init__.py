"""From features to scores: when a model is due, what it learns from, what it gives. Frames in between, tables outside.

What does not belong here: how to fit or judge (`models/`), where versions are kept (`registry.py`), who is ranked where
(`sql/scores`). The tables written here are those of the schema `scores` that no SQL file makes.
"""
