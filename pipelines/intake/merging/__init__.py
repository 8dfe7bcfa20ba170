"""Sound rows into `raw`: which version of a record wins, what a full dump or a missing column means.

A person's refusal stays, whatever becomes of the row that said it.
"""
