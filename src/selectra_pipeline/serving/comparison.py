"""Two or more models of one kind on the same rows: what they say, how fast, how large they are."""

import dataclasses
import logging
import pathlib
import statistics
import time
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.comparison import ComparisonConfig
from selectra_pipeline.config.task import TaskConfig, TaskTypeName
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.downstream.batching import PackedBatches
from selectra_pipeline.downstream.prediction import INPUTS, Predict, outputs_in_order
from selectra_pipeline.downstream.tasks.loading import load_rows
from selectra_pipeline.downstream.truncation import Truncation
from selectra_pipeline.serving.judgements import (
    Answer,
    ClassifierTest,
    DetectorTest,
    Opinion,
    TaggerTest,
    Test,
    Unit,
)
from selectra_pipeline.serving.replaced_words import replace_words
from selectra_pipeline.serving.served_model import Kind, ServedModel, load_served
from selectra_pipeline.shards.paths import as_path, file_state
from selectra_pipeline.training.single_device import graph_on, single_device

logger = logging.getLogger(__name__)

TASK_OF_KIND: dict[Kind, TaskTypeName] = {
    "classifier": "classification",
    "tagger": "token_classification",
}
UNTOLD = ("huggingface", "discriminator", "finetuned", "model")  # parts of paths that tell nothing


class ComparedModel(NamedTuple):
    """One of the models.

    Attributes:
        bytes: of the files in its folder.
        cut: what of the rows it did not see.
        examples_per_second: of each timed round, without tokenization.
    """

    name: str
    source: str
    parameters: int
    bytes: int
    cut: Truncation
    opinion: Opinion
    examples_per_second: tuple[float, ...]

    @property
    def speed(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.examples_per_second)


class Comparison(NamedTuple):
    """Models of one kind, and what they were asked.

    Attributes:
        rows: as the models got them, for examples.
        units: what was judged, in the order of the opinions.
        max_length: word pieces of an input.
    """

    kind: Kind
    rows: Sequence[Any]
    units: list[Unit]
    models: list[ComparedModel]
    max_length: int

    @property
    def groups(self) -> np.ndarray:
        """Of each row the number of those that share its first text, from 0: int [rows]."""
        if self.kind != "classifier":
            return np.arange(len(self.rows))
        return np.unique([row.text for row in self.rows], return_inverse=True)[1]

    @property
    def metric(self) -> str:
        """The metric that is compared."""
        return next(iter(self.models[0].opinion.metrics))


class _Contender(NamedTuple):
    """A model with what it is asked and its graph."""

    served: ServedModel
    batches: PackedBatches
    timed: PackedBatches
    predict: Predict
    cut: Truncation


def compare_models(
    config: ComparisonConfig, tasks: Mapping[str, TaskConfig], vocabulary: VocabularyConfig
) -> Comparison:
    """Let all models judge the rows of the task, or of the file.

    Args:
        tasks: by name, of which the configuration names one.
        vocabulary: whether a tokenizer that strips accents is agreed to, and whether one without
            accented entries is.

    Raises:
        ConfigError: fewer than two models, one that can't be read, models of different kinds or
            with different labels, a task that does not fit them, or one that is not there.
        TaskDataError: the rows can't be used.
    """
    if len(config.models) < 2:
        raise ConfigError(
            f"compare.models names {len(config.models)}; a comparison needs at least two: "
            '--params "compare.models=FOLDER;FOLDER"'
        )
    served = [load_served(source, vocabulary) for source in config.models]
    kind = _common_kind(served)
    max_length = _common_length(config, served)
    test = _test(config, kind, _task(config, kind, tasks), served[0].label_names)
    contenders = [_contender(model, test, config, max_length) for model in served]
    answers = [
        Answer(c.batches.examples, outputs_in_order(c.predict, c.batches), c.served.label_names)
        for c in contenders
    ]
    units, opinions = test.judge(answers)
    speeds = _speeds(contenders, config.timed_rounds)
    names = config.names or distinct_names(config.models)
    models = [
        ComparedModel(
            name, c.served.source, _parameters(c.served), _bytes(c.served), c.cut, opinion, speed
        )
        for name, c, opinion, speed in zip(names, contenders, opinions, speeds, strict=True)
    ]
    return Comparison(kind, test.rows, units, models, max_length)


def distinct_names(sources: Sequence[str]) -> list[str]:
    """The ends of the folders' paths that tell them apart: "RUN", or "RUN/TASK"."""
    parts = [
        [part for part in pathlib.PurePath(source).parts if part not in UNTOLD] or [source]
        for source in sources
    ]
    for length in range(1, max(map(len, parts)) + 1):
        names = ["/".join(of_one[-length:]) for of_one in parts]
        if len(set(names)) == len(names):
            return names
    return list(sources)


def _common_kind(models: Sequence[ServedModel]) -> Kind:
    """The kind of all, with the same labels.

    Raises:
        ConfigError: names the models that differ.
    """
    if len({model.kind for model in models}) > 1:
        kinds = ", ".join(f"{model.source} is a {model.kind}" for model in models)
        raise ConfigError(f"models of different kinds can't be compared: {kinds}")
    first = models[0]
    for model in models:
        if model.kind == "classifier" and not model.label_names:
            raise ConfigError(
                f"{model.source} gives a value, no class; only classifiers, taggers and "
                "discriminators are compared"
            )
        if set(model.label_names) != set(first.label_names):
            differing = sorted(set(model.label_names) ^ set(first.label_names))
            raise ConfigError(
                f"{first.source} and {model.source} have different labels: only one of them knows "
                f"{', '.join(map(repr, differing[:5]))}{' ...' if len(differing) > 5 else ''}; "
                "compare models of one task"
            )
    return first.kind


def _common_length(config: ComparisonConfig, models: Sequence[ServedModel]) -> int:
    shortest = min(models, key=lambda model: model.config.max_position_embeddings)
    positions = shortest.config.max_position_embeddings
    if config.max_length is not None and config.max_length > positions:
        raise ConfigError(
            f"compare.max_length={config.max_length}, but {shortest.source} reads at most "
            f"{positions} word pieces; set it to {positions} or less"
        )
    return config.max_length or positions


def _task(config: ComparisonConfig, kind: Kind, tasks: Mapping[str, TaskConfig]) -> TaskConfig:
    """The task whose rows are read, with the file in the place of its test split."""
    if config.task not in tasks:
        raise ConfigError(
            f"compare.task: there is no task {config.task!r}; there are: {', '.join(tasks)}"
        )
    task = tasks[config.task]
    fitting = TASK_OF_KIND.get(kind, task.type)
    if task.type != fitting or task.type not in TASK_OF_KIND.values():
        wanted = TASK_OF_KIND.get(kind, "classification or token_classification")
        raise ConfigError(
            f"compare.task={config.task} is of type {task.type}; {kind}s need one of {wanted}: "
            "name another in compare.task"
        )
    return task if config.file is None else dataclasses.replace(task, test=(config.file,))


def _test(
    config: ComparisonConfig, kind: Kind, task: TaskConfig, label_names: tuple[str, ...]
) -> Test:
    rows = load_rows(task, "test")[: config.max_rows]
    if kind == "discriminator":
        texts = list(dict.fromkeys(text for row in rows for text in _texts(row)))
        return DetectorTest(replace_words(texts, config.replaced_fraction, config.seed))
    labels = (
        {str(row.label) for row in rows}
        if kind == "classifier"
        else {tag for row in rows for tag in row.tags}
    )
    strange = sorted(labels.difference(label_names))
    if strange:
        raise ConfigError(
            f"the rows of {', '.join(task.test)} have labels that the models do not know: "
            f"{', '.join(map(repr, strange[:5]))} (known: "
            f"{', '.join(map(repr, label_names[:20]))}); name the models' own task in "
            "compare.task, or mend compare.file"
        )
    if kind == "classifier":
        return ClassifierTest(rows, label_names)
    return TaggerTest(rows, label_names, task.entities)


def _texts(row: Any) -> list[str]:
    """The texts of a row of either type of task."""
    if hasattr(row, "words"):
        return [" ".join(row.words)]
    return [text for text in (row.text, row.second_text) if text]


def _contender(
    served: ServedModel, test: Test, config: ComparisonConfig, max_length: int
) -> _Contender:
    examples, cut = test.examples(served.tokenizer, max_length)
    logger.info("%s, max_length=%d: %s", served.source, max_length, cut)
    batches, timed = (
        PackedBatches(chosen, config.batch_size, max_length, test.label_spec)
        for chosen in (examples, examples[: config.timed_rows])
    )
    predict = graph_on(single_device(), served.model, INPUTS)
    return _Contender(served, batches, timed, predict, cut)


def _speeds(contenders: Sequence[_Contender], rounds: int) -> list[tuple[float, ...]]:
    """Examples a second of each model, of each round.

    The models take turns, so that what else the machine does in a round befalls all of them, and
    every other round begins with the last one.
    """
    for contender in contenders:
        _seconds(contender)  # compiles the shapes that the rows of the test alone have
    speeds: list[list[float]] = [[] for _ in contenders]
    for number in range(rounds):
        order = range(len(contenders))
        for index in reversed(order) if number % 2 else order:
            contender = contenders[index]
            speeds[index].append(len(contender.timed.examples) / _seconds(contender))
    return [tuple(of_model) for of_model in speeds]


def _seconds(contender: _Contender) -> float:
    began = time.perf_counter()
    outputs_in_order(contender.predict, contender.timed)
    return time.perf_counter() - began


def _parameters(served: ServedModel) -> int:
    return sum(int(np.prod(variable.shape)) for variable in served.model.trainable_variables)


def _bytes(served: ServedModel) -> int:
    """Of the files in the model's own folder."""
    folder = as_path(served.source)
    if served.kind == "discriminator" and (folder / "discriminator").is_dir():
        folder = folder / "discriminator"
    return sum(file_state(path).bytes for path in folder.iterdir() if path.is_file())
