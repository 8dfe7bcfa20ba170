"""Any flat table with an outcome: read, audited, fitted and scored in one command, without a home or a contract.

What belongs here: a file's columns and their parts in the question, and what is written about the answer. What does
not: the answer itself (`models/one_table`), and reading a company's extracts (`pipelines/intake`).
"""
