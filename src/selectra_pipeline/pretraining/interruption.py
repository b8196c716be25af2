"""SIGTERM and Ctrl-C as a wish to stop after the current step, not as a blow."""

import contextlib
import signal
import threading
from collections.abc import Iterator

from selectra_pipeline.config.base import UserError

SIGNALS = (signal.SIGTERM, signal.SIGINT)


class TrainingInterrupted(UserError, RuntimeError):
    """Training stopped on request, after saving. The same command goes on where it stopped."""

    exit_code = 75  # EX_TEMPFAIL of sysexits.h: whoever restarts jobs can tell it by that


class StopRequest:
    """Whether a signal asked to stop, and which."""

    def __init__(self) -> None:
        self.signal_name: str | None = None

    def __bool__(self) -> bool:
        return self.signal_name is not None


@contextlib.contextmanager
def graceful_stop() -> Iterator[StopRequest]:
    """Within the block, the first SIGTERM or SIGINT only sets the request; a second one acts.

    Outside of the main thread signals can't be caught; there the request is never set.
    """
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    previous = {number: signal.getsignal(number) for number in SIGNALS}

    def handle(number: int, frame) -> None:
        request.signal_name = signal.Signals(number).name
        restore()

    def restore() -> None:
        for number, handler in previous.items():
            signal.signal(number, handler)

    for number in SIGNALS:
        signal.signal(number, handle)
    try:
        yield request
    finally:
        restore()
