"""The fine-tuned model that is kept of a task: that of the trial that validation found best."""

import json
import logging
from collections.abc import Callable

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.shards.files import file_sha256, write_text
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.shards.paths import Path, as_path

logger = logging.getLogger(__name__)

FOLDER = "model"  # in the directory of a task's trials
MARK = "best_trial"  # file that says of which trial it is, and what its files hold


class BestModel:
    """The folder of the model, and a mark beside it that is written last.

    The folder may at first be of other seeds or settings, and a disk may have damaged it: it counts
    where the mark names the trial and the checksums of the files.

    Args:
        directory: of the task's trials.
    """

    def __init__(self, directory: Path) -> None:
        self._folder, self._mark = directory / FOLDER, directory / MARK

    def save(self, write: Callable[[Path], None], trial: str) -> None:
        """Put the model of a trial there.

        Args:
            write: writes it into a folder, in the place of what is there.
            trial: hash of all that decides about the trial.
        """
        self._mark.unlink(missing_ok=True)
        write(self._folder)
        write_text(self._mark, json.dumps({"trial": trial, "files": self._checksums()}) + "\n")

    def is_of(self, trial: str) -> bool:
        """Whether the model is that of a trial, whole."""
        try:
            mark = json.loads(self._mark.read_text(encoding="utf-8"))
            return mark["trial"] == trial and mark["files"] == self._checksums()
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return False

    def files(self) -> list[Path]:
        """Its files, by name."""
        return sorted(self._folder.iterdir()) if self._folder.is_dir() else []

    def remove(self) -> None:
        """Leave no model: there is no trial that it could be of."""
        for path in (self._mark, *self.files()):
            path.unlink(missing_ok=True)
        if self._folder.is_dir():
            self._folder.rmdir()

    def _checksums(self) -> dict[str, str]:
        return {path.name: file_sha256(path) for path in self.files()}


def finished_model(finetuned: str | Path, task: str) -> Path:
    """The model's folder of a task whose trials are finished.

    Args:
        finetuned: where a run has its fine-tuned models, by task.

    Raises:
        ConfigError: the task has not been evaluated, or not to the end, or all trials diverged.
        ManifestError: a file is missing or has another size.
    """
    directory = as_path(finetuned) / task
    try:
        manifest = Manifest.load(directory)
    except FileNotFoundError:
        state = "was not finished" if (directory / FOLDER).is_dir() else "is not there"
        raise ConfigError(
            f"the evaluation of {task} in {directory} {state}; run kedro run --pipeline evaluate "
            f"--params tasks={task}, with the run's other parameters, or name the folder of "
            "another fine-tuned model"
        ) from None
    if not manifest.shards.get(FOLDER):
        raise ConfigError(
            f"all trials of {task} in {directory} diverged: there is no model; lower "
            "evaluation.finetuning.learning_rate and evaluate again"
        )
    logger.info("the model of %s was fine-tuned from %s", task, manifest.facts["checkpoint"])
    return directory / FOLDER
