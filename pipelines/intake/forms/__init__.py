"""From a folder of files to records as text: what lies there, in which form, for which contract.

Judging the records comes after.
"""
