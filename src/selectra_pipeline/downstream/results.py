"""What the trials of a task came to, kept as one JSON file a trial."""

import dataclasses
import json
import re
import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Any, Self

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.shards.files import write_text
from selectra_pipeline.shards.manifest import MANIFEST_NAME, Manifest
from selectra_pipeline.shards.paths import Path, as_path

VALIDATION_FILE = re.compile(r"(?:^|[._-])(?:dev|val|valid|validation)(?![a-z])", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Trial:
    """One fine-tuning of a checkpoint, from one seed.

    Attributes:
        seed: of the head's weights, the order of the rows and dropout.
        validation: metrics by name after each epoch.
        best_epoch: the epoch, from 0, whose weights were kept; None of a trial that diverged.
        test: metrics of these weights; empty of a trial that diverged.
        details: what numbers by name can't say of the test, in Markdown.
        seconds: the trial took.
    """

    seed: int
    validation: tuple[dict[str, float], ...]
    best_epoch: int | None
    test: dict[str, float]
    details: str
    seconds: float

    @property
    def diverged(self) -> bool:
        """Whether the loss was not finite at some step, so that there is nothing to score."""
        return self.best_epoch is None

    def save(self, path: Path, fingerprint: str) -> None:
        """Write the trial, whole or not at all, with the hash of all that decides about it."""
        content = {"fingerprint": fingerprint, **dataclasses.asdict(self)}
        write_text(path, json.dumps(content, indent=2, ensure_ascii=False) + "\n")

    @classmethod
    def load(cls, path: Path, fingerprint: str) -> Self | None:
        """The trial in a file; None where there is none of this fingerprint."""
        try:
            content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            if content.pop("fingerprint") != fingerprint:
                return None
            return cls(**{**content, "validation": tuple(content["validation"])})
        except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
            return None


@dataclasses.dataclass(frozen=True)
class TaskResult:
    """All trials of a checkpoint on a task.

    Attributes:
        task: its name in the configuration ("conll2002_ner").
        type: of the task ("token_classification").
        metric: the one that selected, and that tables show.
        checkpoint: name of the model.
        weights: hash of the encoder that the trials started from, and of its tokenizer.
        parameters: of the model without the task's head.
        rows: by split.
        test: files of the test split, as the configuration names them.
        test_digest: hash of its rows.
        notes: what truncation cost and what rows were left out, in words.
        trials: by seed, those that diverged among them.
    """

    task: str
    type: str
    metric: str
    checkpoint: str
    weights: str
    parameters: int
    rows: dict[str, int]
    test: tuple[str, ...]
    test_digest: str
    notes: tuple[str, ...]
    trials: tuple[Trial, ...]

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Self:
        """The result in the facts of a manifest of trials.

        Raises:
            ConfigError: another version of this project wrote them.
        """
        try:
            trials = (Trial(**{**t, "validation": tuple(t["validation"])}) for t in facts["trials"])
            tuples = {"notes": tuple(facts["notes"]), "test": tuple(facts["test"])}
            return cls(**{**facts, **tuples, "trials": tuple(trials)})
        except (KeyError, TypeError) as error:
            raise ConfigError(
                f"the trials of {facts.get('task')} are of another version of this project "
                f"({error}); run kedro run --pipeline evaluate of their run again, which makes "
                "them anew"
            ) from error

    @property
    def is_on_validation(self) -> bool:
        """Whether a test file is called like one for validation, or its folder: "dev_2k.tsv"."""
        return any(
            VALIDATION_FILE.search(name) for file in self.test for name in file.split("/")[-2:]
        )

    @property
    def scores(self) -> tuple[float, ...]:
        """The test metric of each trial that did not diverge."""
        return tuple(trial.test[self.metric] for trial in self.trials if not trial.diverged)

    @property
    def mean(self) -> float | None:
        """Of the scores; None where all trials diverged."""
        return statistics.fmean(self.scores) if self.scores else None

    @property
    def deviation(self) -> float | None:
        """Standard deviation of the scores, of a sample; None of fewer than two."""
        return statistics.stdev(self.scores) if len(self.scores) > 1 else None

    @property
    def diverged(self) -> tuple[int, ...]:
        """Seeds of the trials that are in no mean."""
        return tuple(trial.seed for trial in self.trials if trial.diverged)


def require_distinct_names(results: Sequence[TaskResult]) -> None:
    """Check that no two results would stand in a cell of a table, nor two models in a row.

    Raises:
        ConfigError: two have the same task, metric and name of the checkpoint, or the same name of
            different weights.
    """
    weights: dict[str, TaskResult] = {}
    for result in results:
        first = weights.setdefault(result.checkpoint, result)
        if first.weights != result.weights:
            raise ConfigError(
                f"{result.checkpoint} had other weights when {first.task} was evaluated than at "
                f"{result.task}; evaluate both again (kedro run --pipeline evaluate --params "
                f'"tasks={first.task};{result.task}"), or give one another name by '
                "evaluation.checkpoint_name"
            )
    cells = Counter((result.checkpoint, result.task, result.metric) for result in results)
    (checkpoint, task, _), count = cells.most_common(1)[0]
    if count > 1:
        raise ConfigError(
            f"{count} results on {task} are of a checkpoint named {checkpoint}; give this run's "
            "another name by evaluation.checkpoint_name, or leave a folder out of "
            "evaluation.compare_with"
        )


def load_results(folder: str | Path) -> list[TaskResult]:
    """The results of all tasks that a run left in its folder "finetuned".

    Raises:
        ConfigError: there is none.
        ManifestError: one of them is damaged.
    """
    manifests = sorted(as_path(folder).glob(f"*/{MANIFEST_NAME}"))
    if not manifests:
        raise ConfigError(
            f"{folder} holds no trials; name a folder data/06_models/RUN/finetuned of a run that "
            "was evaluated, or correct evaluation.compare_with"
        )
    return [TaskResult.from_facts(Manifest.load(path.parent).facts) for path in manifests]
