"""A first contract and staging file for a file that nobody described: what its cells look like, what its names mean.

What belongs here: guessing, and saying what was guessed. What does not: reading by a contract (`pipelines/intake`).
"""
