"""Steps of stages for tests, in a module that other processes can import."""

import os
import signal
import time
from pathlib import Path

from datatrove.pipeline.base import PipelineStep

from selectra_pipeline.config.base import ConfigError


class WriteRank(PipelineStep):
    """Leaves a file with the number of the process; `fail` says how tasks fail, or are slow."""

    type = name = "test"

    def __init__(self, folder: Path, fail: dict[int, str] | None = None) -> None:
        super().__init__()
        self.folder, self.fail = folder, fail or {}

    def run(self, data=None, rank=0, world_size=1):
        way = self.fail.get(rank)
        once = self.folder / f"{rank}.failed"
        if way == "slow":
            time.sleep(2.0)
        elif way and not (way == "killed once" and once.exists()):
            once.touch()
            if way == "user error":
                raise ConfigError("the remedy is this")
            if way == "exit":
                os._exit(3)
            if way == "bug":
                raise ZeroDivisionError("nobody expected it")
            os.kill(os.getpid(), signal.SIGKILL)
        with open(self.folder / str(rank), "a") as file:
            file.write(f"{os.getpid()} {world_size}\n")
