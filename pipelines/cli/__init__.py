"""The `growth` command: reading arguments, showing results, exit codes. The work is done by the modules it calls.

What does not belong here: anything heavy at the top of a module, since `growth --help` answers at once.
"""

from pipelines.cli.main import main

__all__ = ["main"]
