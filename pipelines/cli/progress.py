"""Progress on stderr: a line as each layer begins, the step at work beside it; plain lines where nobody watches."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Layers:
    """Tells when a layer begins and in the end what each took. A line is `layer: step`; any other is told at once."""

    def __init__(self, tell: Callable[[str], None], show: Callable[[str], None], clock: Callable[[], float]) -> None:
        self.tell, self.show, self.clock = tell, show, clock
        self.started = self.changed = clock()
        self.layer = ""
        self.steps: dict[str, int] = {}
        self.seconds: dict[str, float] = {}

    def say(self, line: str) -> None:
        """Take a line of progress. Tables of two layers may take turns: each layer is told once."""
        layer, _, step = line.partition(": ")
        if not step or not layer.isidentifier() or layer == "attention":
            self.tell(line)
            return
        self.charge()
        if layer not in self.steps:
            self.tell(f"{self.clock() - self.started:6.1f} s  {layer}")
        self.layer = layer
        self.steps[layer] = self.steps.get(layer, 0) + 1
        self.show(f"{layer}  {step}")

    def charge(self) -> None:
        """Put the time since the last step on the account of its layer."""
        now = self.clock()
        if self.layer:
            self.seconds[self.layer] = self.seconds.get(self.layer, 0.0) + now - self.changed
        self.changed = now

    def finish(self) -> None:
        """Tell what each layer took."""
        self.charge()
        if self.steps:
            told = [f"{layer} {self.seconds[layer]:.1f} s ({steps})" for layer, steps in self.steps.items()]
            self.tell(f"{self.clock() - self.started:6.1f} s  done; seconds (steps) by layer: {', '.join(told)}")


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """A function that takes lines of progress, for as long as the work lasts."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    if not sys.stderr.isatty():
        layers = Layers(lambda line: print(line, file=sys.stderr), lambda _: None, time.monotonic)
        yield layers.say
        layers.finish()
        return
    with console.status("starting") as status:
        layers = Layers(lambda line: console.print(line, markup=False), status.update, time.monotonic)
        yield layers.say
        layers.finish()
