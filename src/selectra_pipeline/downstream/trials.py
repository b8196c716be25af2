"""Repeated fine-tuning of a checkpoint on a task: selected on validation, scored on test once.

Each trial leaves a file when it is done. A run that was interrupted, or that is asked for more
trials, makes the missing ones.
"""

import dataclasses
import hashlib
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import numpy as np

from selectra_pipeline.config.base import UserError, fingerprint
from selectra_pipeline.config.finetuning import FinetuningConfig
from selectra_pipeline.config.task import TaskConfig
from selectra_pipeline.downstream.best_model import FOLDER, BestModel
from selectra_pipeline.downstream.finetuning import Finetuning
from selectra_pipeline.downstream.prepared import PreparedSplit, evaluate, prepare
from selectra_pipeline.downstream.results import TaskResult, Trial
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.downstream.tasks.loading import Task, load_task
from selectra_pipeline.downstream.tasks.task_type import TaskType
from selectra_pipeline.model.pretrained_encoder import PretrainedEncoder
from selectra_pipeline.shards.manifest import Manifest, Shard, finished, withdraw
from selectra_pipeline.shards.paths import Path, as_path
from selectra_pipeline.shards.remote import make_folder

logger = logging.getLogger(__name__)

TRIALS_KIND = "trials"
RULES_VERSION = 3  # raise it when the same checkpoint, rows and configuration give other scores
RESULT_VERSION = 3  # raise it when a `TaskResult` holds something else

SaveModel = Callable[[Path, TaskModel, TaskType], None]


class TrialTracker(Protocol):
    """Receives the numbers of one trial while it lasts."""

    def metrics(self, values: Mapping[str, float], step: int) -> None:
        """Numbers after an epoch, from 1."""


TrackTrial = Callable[[str, Mapping[str, Any]], AbstractContextManager[TrialTracker]]


class LengthError(UserError, ValueError):
    """Examples that are longer than the model reads. The message says how to mend it."""


def run_trials(
    config: TaskConfig,
    encoder: PretrainedEncoder,
    trials: int,
    directory: str | Path,
    save_model: SaveModel,
    track_trial: TrackTrial,
) -> Manifest:
    """Fine-tune a checkpoint on a task, from as many seeds as there are trials.

    Args:
        config: of the task; its `finetuning.seed` is that of the first trial, the next ones follow.
        directory: receives a file a trial, the model of the best one, and the manifest.
        save_model: writes a model into a folder, in the place of what is there.
        track_trial: opens the tracking of a trial, given its name and parameters.

    Returns:
        a manifest of kind "trials", with the `TaskResult` as its facts.

    Raises:
        TaskDataError: the task's rows can't be used.
        LengthError: the task's max_length is more than the model's positions.
        StorageError: the disk is full; finished trials are kept.
    """
    directory = as_path(directory)
    check_length(config, encoder)
    task = load_task(config)
    seeds = range(config.finetuning.seed, config.finetuning.seed + trials)
    digests = {split: _digest(rows) for split, rows in sorted(task.rows.items())}
    shared = fingerprint(RULES_VERSION, _rules(config), encoder.digest, digests)
    mark = fingerprint(shared, encoder.name, list(seeds), RESULT_VERSION)
    if manifest := finished(directory, mark):
        logger.info("the trials of %s are up to date: %s", config.name, directory)
        return manifest
    withdraw(directory)
    run = _TaskTrials(task, encoder, shared, directory, save_model, track_trial)
    done = run.with_best_model([run.trial(seed) for seed in seeds])
    result = run.result(done, digests["test"])
    manifest = Manifest(directory, TRIALS_KIND, mark, run.files(done), dataclasses.asdict(result))
    manifest.save()
    return manifest


def check_length(config: TaskConfig, encoder: PretrainedEncoder) -> None:
    """Raise `LengthError` where the task's max_length is more than the encoder's positions."""
    positions = encoder.config.max_position_embeddings
    if config.finetuning.max_length > positions:
        raise LengthError(
            f"{config.name}: finetuning.max_length={config.finetuning.max_length}, but "
            f"{encoder.name} reads at most {positions} word pieces; set "
            f"evaluation.tasks.{config.name}.finetuning.max_length to {positions} or less"
        )


def _rules(config: TaskConfig) -> dict[str, Any]:
    """What of the configuration decides about a trial, besides its seed and the rows."""
    rules = config.to_dict()
    for where in ("train", "validation", "test"):
        del rules[where]
    rules["finetuning"] = {k: v for k, v in rules["finetuning"].items() if k != "seed"}
    return rules


def _digest(rows: Sequence[Any]) -> str:
    """Hash of the rows of a split, wherever they were read."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr(row).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:16]


class _TaskTrials:
    """What all trials of a task share.

    Args:
        mark: hash of all that decides about a trial but its seed.
    """

    def __init__(
        self,
        task: Task,
        encoder: PretrainedEncoder,
        mark: str,
        directory: Path,
        save_model: SaveModel,
        track_trial: TrackTrial,
    ) -> None:
        self._task, self._encoder, self._mark, self._directory = task, encoder, mark, directory
        self._save_model, self._track_trial = save_model, track_trial
        self._settings = task.config.finetuning
        self._splits: dict[str, PreparedSplit] = {
            split: prepare(
                f"{task.config.name} {split}", rows, task.type, encoder.tokenizer, self._settings
            )
            for split, rows in task.rows.items()
        }
        self._model = BestModel(directory)  # written before the file of its trial
        self._best: float | None = None  # on validation, over the trials so far

    def trial(self, seed: int) -> Trial:
        """The trial of a seed: read where it was made before, else made."""
        trial = Trial.load(self._path(seed), self._trial_mark(seed))
        if trial is not None:
            logger.info("%s: was made already", self._name(seed))
        else:
            trial = self._make_tracked(seed)
        if trial.best_epoch is not None:
            score = self._score(trial)
            self._best = score if self._best is None else max(self._best, score)
        return trial

    def with_best_model(self, trials: Sequence[Trial]) -> list[Trial]:
        """See to it that the model is that of the best trial, the first of equals; the trials.

        It is not where these trials were made before and others after them, or where a file of it
        was damaged. The best one is then made again.
        """
        scored = [trial for trial in trials if not trial.diverged]
        if not scored:
            self._model.remove()
            return list(trials)
        best = max(scored, key=self._score)
        if self._model.is_of(self._trial_mark(best.seed)):
            return list(trials)
        logger.info(
            "%s: is made again, its model is not there any more, or damaged", self._name(best.seed)
        )
        self._best = None
        again = self._make_tracked(best.seed)
        return [again if trial is best else trial for trial in trials]

    def result(self, trials: Sequence[Trial], test_digest: str) -> TaskResult:
        """What all trials came to, on the test rows of that hash."""
        config = self._task.config
        lost = [f"{name}: {split.truncation}" for name, split in self._splits.items()]
        dropped = [
            f"{name}: {count} rows left out ({reason})"
            for name, reasons in self._task.dropped.items()
            for reason, count in reasons.items()
        ]
        result = TaskResult(
            task=config.name,
            type=config.type,
            metric=config.metric,
            checkpoint=self._encoder.name,
            weights=self._encoder.digest,
            parameters=self._encoder.parameters,
            rows={name: len(rows) for name, rows in self._task.rows.items()},
            test=config.test,
            test_digest=test_digest,
            notes=(*lost, *dropped),
            trials=tuple(trials),
        )
        if result.diverged:
            logger.warning(
                "%s: the trials of seeds %s diverged and are in no mean; a lower "
                "finetuning.learning_rate may mend it",
                config.name,
                ", ".join(map(str, result.diverged)),
            )
        if result.mean is not None:
            logger.info(
                "%s: test %s %.4f over %d trials",
                *(config.name, config.metric, result.mean, len(result.scores)),
            )
        return result

    def files(self, trials: Sequence[Trial]) -> dict[str, tuple[Shard, ...]]:
        """The files of the trials and of the model, for the manifest."""
        any_model = not all(trial.diverged for trial in trials)
        model = self._model.files() if any_model else []
        return {
            "trials": tuple(Shard.describe(self._path(trial.seed), 1) for trial in trials),
            FOLDER: tuple(Shard.describe(path, 1, relative_to=self._directory) for path in model),
        }

    def _make_tracked(self, seed: int) -> Trial:
        settings = dataclasses.replace(self._settings, seed=seed)
        with self._track_trial(self._name(seed), settings.to_dict()) as tracker:
            trial = self._make(settings, self._name(seed), tracker)
            make_folder(self._directory)
            trial.save(self._path(seed), self._trial_mark(seed))
        return trial

    def _make(self, settings: FinetuningConfig, name: str, tracker: TrialTracker) -> Trial:
        begun, task = time.monotonic(), self._task.type
        encoder = self._encoder.of_trial(settings.seed)
        config = encoder.config.with_dropout(settings.dropout)
        model = TaskModel.create(
            config,
            task.head(config),
            encoder.values,
            settings.seed,
            settings.precision,
        )
        train = self._splits["train"].batches
        epochs = [train.shuffled((settings.seed, epoch)) for epoch in range(settings.epochs)]
        tuning = Finetuning(model, sum(map(len, epochs)), settings, task)
        best, validation = _BestEpoch(model), []
        for number, groups in enumerate(epochs, start=1):
            losses = [tuning.train(train.parts(group)) for group in groups]
            loss = float(np.mean([float(loss) for loss in losses]))
            if not math.isfinite(loss):
                logger.warning("%s: the loss is not finite in epoch %d: given up", name, number)
                return Trial(settings.seed, tuple(validation), None, {}, "", _since(begun))
            scores = evaluate(tuning, task, self._splits["validation"]).metrics
            validation.append(scores)
            tracker.metrics({"loss": loss, **_named("validation", scores)}, number)
            logger.info(
                "%s: epoch %d of %d: loss %.4f, validation %s %.4f",
                *(name, number, len(epochs), loss, self._metric, scores[self._metric]),
            )
            best.consider(_known(scores[self._metric]))
        best.restore()
        test = evaluate(tuning, task, self._splits["test"])
        tracker.metrics(_named("test", test.metrics), len(epochs))
        if self._best is None or best.score > self._best:
            self._model.save(
                lambda folder: self._save_model(folder, model, task),
                self._trial_mark(settings.seed),
            )
        return Trial(
            *(settings.seed, tuple(validation), best.epoch, test.metrics, test.details),
            seconds=_since(begun),
        )

    @property
    def _metric(self) -> str:
        return self._task.config.metric

    def _score(self, trial: Trial) -> float:
        return _known(trial.validation[trial.best_epoch][self._metric])

    def _name(self, seed: int) -> str:
        return f"{self._task.config.name}, trial of seed {seed}"

    def _path(self, seed: int) -> Path:
        return self._directory / f"trial_{seed}.json"

    def _trial_mark(self, seed: int) -> str:
        return fingerprint(self._mark, seed)


class _BestEpoch:
    """The weights of the epoch with the highest score, the first of equals."""

    def __init__(self, model: TaskModel) -> None:
        self._variables = model.trainable_variables
        self._weights: list[np.ndarray] = []
        self._considered = 0
        self.epoch, self.score = 0, -math.inf

    def consider(self, score: float) -> None:
        """Keep the model's weights if this epoch is the best so far."""
        if not self._weights or score > self.score:
            self.epoch, self.score = self._considered, score
            self._weights = [variable.numpy() for variable in self._variables]
        self._considered += 1

    def restore(self) -> None:
        """Give the model the weights of the best epoch."""
        for variable, value in zip(self._variables, self._weights, strict=True):
            variable.assign(value)


def _known(score: float) -> float:
    """A score to be compared: a correlation of equal predictions is not a number."""
    return score if math.isfinite(score) else -math.inf


def _named(split: str, metrics: Mapping[str, float]) -> dict[str, float]:
    return {f"{split}/{name}": value for name, value in metrics.items()}


def _since(begun: float) -> float:
    return round(time.monotonic() - begun, 1)
