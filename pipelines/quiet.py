"""Nothing calls out: the switches that keep every library silent, set before any of them is imported.

What does not belong here: anything that imports those libraries.
"""

import os

SWITCHES = {
    "DAGSTER_DISABLE_TELEMETRY": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
}


def silence() -> None:
    """Switch telemetry off for this process and those it starts; a value that the user has set stays."""
    for name, value in SWITCHES.items():
        os.environ.setdefault(name, value)
