"""What work costs: CPU-seconds of this process and its children, and the most memory that it held meanwhile (Linux)."""

import re
import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)
WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


@dataclass
class Cost:
    """CPU-seconds, all threads, and GiB of resident memory at the highest."""

    cpu: float = 0.0
    peak: float = 0.0

    def add(self, other: "Cost") -> None:
        """What comes after: the seconds add up, the higher peak stays."""
        self.cpu += other.cpu
        self.peak = max(self.peak, other.peak)


class Meter:
    """Reads off what was spent since the last reading."""

    def __init__(self) -> None:
        self.spent = 0.0
        self.read()

    def read(self) -> Cost:
        """The cost since the last reading; counts the peak anew (proc(5), `clear_refs`)."""
        usage = [resource.getrusage(who) for who in WHO]
        spent = sum(one.ru_utime + one.ru_stime for one in usage)
        found = PEAK.search(Path("/proc/self/status").read_text(encoding="utf-8"))
        cost = Cost(spent - self.spent, int(found[1]) / 2**20 if found else 0.0)
        self.spent = spent
        Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")
        return cost


def cost_of(work: Callable[[], object]) -> Cost:
    """The cost of one call."""
    meter = Meter()
    work()
    return meter.read()
