"""What a person sees while training runs: a bar on a terminal, log lines elsewhere."""

import logging
import sys
import time
from collections.abc import Mapping

from tqdm import tqdm

logger = logging.getLogger(__name__)

SECONDS_BETWEEN_LINES = 10.0


class Progress:
    """Steps done, losses, tokens a second and the time left."""

    def __init__(self, total_steps: int, start_step: int) -> None:
        self._total, self._start, self._step = total_steps, start_step, start_step
        self._begun = self._last_line = time.monotonic()
        self._bar = None
        if sys.stderr.isatty():
            self._bar = tqdm(total=total_steps, initial=start_step, unit="step", dynamic_ncols=True)

    def advance(self, steps: int) -> None:
        """Count `steps` more as done."""
        self._step += steps
        if self._bar is not None:
            self._bar.update(steps)

    def show(self, metrics: Mapping[str, float]) -> None:
        """Show the latest training metrics."""
        words = f"MLM {metrics['mlm_loss']:.3f}, " if "mlm_loss" in metrics else ""
        detection = f"RTD {metrics['rtd_loss']:.4f}, " if "rtd_loss" in metrics else ""
        text = (
            f"loss {metrics['loss']:.2f}, {words}{detection}"
            f"{metrics['tokens_per_second']:,.0f} tokens/s, MFU {metrics['mfu']:.0%}"
        )
        if self._bar is not None:
            self._bar.set_postfix_str(text)
            return
        now = time.monotonic()
        if now - self._last_line >= SECONDS_BETWEEN_LINES or self._step == self._total:
            self._last_line = now
            logger.info("step %d of %d: %s, %s", self._step, self._total, text, self._time_left())

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()

    def _time_left(self) -> str:
        done = self._step - self._start
        seconds = (time.monotonic() - self._begun) / max(done, 1) * (self._total - self._step)
        minutes, seconds = divmod(round(seconds), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02d}:{seconds:02d} left"
