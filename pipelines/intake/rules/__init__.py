"""Records against their contract: types, row rules, references, whole tables.

How the rules are written stands in `pipelines.contracts`.
"""
