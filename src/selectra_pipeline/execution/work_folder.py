"""Where a stage that has not finished keeps its markers and intermediate files."""

import hashlib
import pathlib
import shutil
import tempfile

from selectra_pipeline.config.execution import ExecutionConfig
from selectra_pipeline.execution.errors import StageError
from selectra_pipeline.shards.files import storage_errors
from selectra_pipeline.shards.paths import Path, is_remote

WORK = "work"


class WorkFolder:
    """The folder of one stage for one fingerprint; on a file system that all workers see.

    It lies inside the stage's output, so that who deletes the output deletes the markers that say
    that it is there. What an object store holds cannot be read in pieces as cheaply: then it lies
    elsewhere, under a name that belongs to the output's.

    Attributes:
        path: empty, or what an interrupted run of the same fingerprint left.
    """

    def __init__(self, output: Path, fingerprint: str, config: ExecutionConfig) -> None:
        """Make the folder; remove what runs of another fingerprint left in its place."""
        self._place = _place(output, config)
        self.path = self._place / fingerprint
        with storage_errors(self.path):
            self.path.mkdir(parents=True, exist_ok=True)
        for other in self._place.iterdir():
            if other != self.path:
                shutil.rmtree(other, ignore_errors=True)

    def remove(self) -> None:
        """Remove it: the stage has finished."""
        # A network file system keeps the log of a job that is just ending: no error.
        shutil.rmtree(self._place, ignore_errors=True)


def _place(output: Path, config: ExecutionConfig) -> pathlib.Path:
    if config.work_directory is None and not is_remote(output):
        return pathlib.Path(output).absolute() / WORK
    name = hashlib.sha256(str(output).encode()).hexdigest()[:16]
    if config.work_directory is not None:
        return pathlib.Path(config.work_directory).expanduser().absolute() / name
    if config.executor != "local":
        raise StageError(
            f"{output} is on an object store: set execution.work_directory to a folder that all "
            f"nodes of the {config.executor} cluster have mounted"
        )
    return pathlib.Path(tempfile.gettempdir(), "selectra_pipeline", name)
