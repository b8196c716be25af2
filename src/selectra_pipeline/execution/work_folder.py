"""Where a stage that has not finished keeps its markers and intermediate files."""

import hashlib
import os
import pathlib
import shutil
import tempfile

from selectra_pipeline.config.execution import ExecutionConfig
from selectra_pipeline.execution.errors import StageError
from selectra_pipeline.shards.files import storage_errors
from selectra_pipeline.shards.paths import Path, is_remote

WORK = "work"


class WorkFolder:
    """The folder of one output; on a file system that all workers see.

    It lies inside the output, so that who deletes the output deletes the markers that say that it
    is there. What an object store holds cannot be read in pieces as cheaply: then it lies
    elsewhere, under a name that belongs to the output's.
    """

    def __init__(self, output: Path, config: ExecutionConfig) -> None:
        self._output = output
        self._executor = config.executor
        self._place = _place(output, config)

    def open(self, fingerprint: str) -> pathlib.Path:
        """The folder for a fingerprint: empty, or what an interrupted run of it left.

        What runs of another fingerprint left is removed.

        Raises:
            StageError: no place is configured that all nodes of a cluster see.
        """
        if self._place is None:
            raise StageError(
                f"{self._output} is on an object store: set execution.work_directory to a folder "
                f"that all nodes of the {self._executor} cluster have mounted"
            )
        folder = self._place / fingerprint
        with storage_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
        for other in self._place.iterdir():
            if other != folder:
                shutil.rmtree(other, ignore_errors=True)
        return folder

    def remove(self) -> None:
        """Remove it: the stage has finished."""
        if self._place is not None:
            # A network file system keeps the log of a job that is just ending: no error.
            shutil.rmtree(self._place, ignore_errors=True)


def _place(output: Path, config: ExecutionConfig) -> pathlib.Path | None:
    if config.work_directory is None and not is_remote(output):
        return pathlib.Path(output).absolute() / WORK
    whole = output if is_remote(output) else pathlib.Path(output).absolute()
    name = hashlib.sha256(str(whole).encode()).hexdigest()[:16]
    if config.work_directory is not None:
        return pathlib.Path(config.work_directory).expanduser().absolute() / name
    if config.executor == "local":
        return pathlib.Path(tempfile.gettempdir(), f"selectra_pipeline_{os.getuid()}", name)
    return None
