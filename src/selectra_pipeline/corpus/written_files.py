"""What a task wrote by other means than whole files, so that a later run can tell that it is there.

datatrove writes its files in place and does not wait for the disk: after a power loss they may be
empty where the marker of their task is not.
"""

import json
import os
import pathlib

from datatrove.pipeline.base import DocumentsPipeline, PipelineStep

from selectra_pipeline.shards.files import write_text


class RecordFiles(PipelineStep):
    """The last step of a stage: sends the task's files to the disk and notes their sizes.

    Args:
        folder: where the stages write.
        stage: name of this one; "written/<stage>" in the folder has a record for each task.
        patterns: globs in the folder of what a task writes, with "{rank}" for its number.
    """

    type = "💽 - WRITER"
    name = "Record of files"

    def __init__(self, folder: pathlib.Path, stage: str, patterns: tuple[str, ...]) -> None:
        super().__init__()
        self._folder = pathlib.Path(folder)
        self._records = self._folder / "written" / stage
        self._patterns = patterns

    def run(self, data: DocumentsPipeline = None, rank: int = 0, world_size: int = 1) -> None:
        sizes = {}
        for pattern in self._patterns:
            for path in sorted(self._folder.glob(pattern.format(rank=rank))):
                with open(path, "rb") as written:
                    os.fsync(written.fileno())
                sizes[path.relative_to(self._folder).as_posix()] = path.stat().st_size
        write_text(self._record(rank), json.dumps(sizes))

    def is_whole(self, rank: int) -> bool:
        """Whether the files of a task are there as it wrote them, by their sizes."""
        try:
            sizes = json.loads(self._record(rank).read_text(encoding="utf-8"))
            return all((self._folder / name).stat().st_size == sizes[name] for name in sizes)
        except (OSError, ValueError):
            return False

    def _record(self, rank: int) -> pathlib.Path:
        return self._records / f"{rank:05d}.json"
