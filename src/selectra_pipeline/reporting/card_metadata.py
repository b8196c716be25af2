"""The head of a model card: what the Hugging Face hub reads and checks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import PurePosixPath
from typing import NamedTuple

from huggingface_hub import EvalResult, ModelCardData

from selectra_pipeline.config.card import CardConfig
from selectra_pipeline.config.task import HUB_ADDRESS, TaskTypeName
from selectra_pipeline.downstream.results import TaskResult
from selectra_pipeline.reporting.results_table import metrics_of

TAGS = ("electra", "selectra")
# The hub has a name of its own for each. Regression of a text is text classification there.
HUB_TASKS: dict[TaskTypeName, str] = {
    "classification": "text-classification",
    "regression": "text-classification",
    "token_classification": "token-classification",
    "question_answering": "question-answering",
}
HUB_METRICS = {
    "accuracy": "accuracy",
    "macro_f1": "f1",
    "f1": "f1",
    "exact_match": "exact_match",
    "pearson": "pearsonr",
    "spearman": "spearmanr",
}
DECIMALS = 4
# Folders whose names say nothing of a data set's configuration.
NO_CONFIGURATION = ("data", "test", "validation", "valid", "val", "dev")


class _Place(NamedTuple):
    """Where a result's test rows are: a data set of the hub, or a task of local files.

    Attributes:
        config: the folder of the file; None where it has none.
    """

    dataset: str
    config: str | None
    split: str
    revision: str | None


def card_metadata(
    config: CardConfig,
    results: Sequence[TaskResult] = (),
    pipeline_tag: str | None = None,
) -> ModelCardData:
    """The metadata of a card; a field that is not known is not there.

    Args:
        results: become its model-index, but for tasks all of whose trials diverged. A result on
            files of the hub is of their data set; one on others has the task's name.
        pipeline_tag: what the model does as it is, if it does something.
    """
    places = [_place(result) for result in results]
    evaluations = [
        evaluation
        for result, place in zip(results, places, strict=True)
        for evaluation in _evaluations(
            # The hub groups by data set, configuration and split: two tasks may share them.
            result,
            place._replace(config=result.task) if places.count(place) > 1 else place,
        )
    ]
    metrics = dict.fromkeys(evaluation.metric_type for evaluation in evaluations)
    return ModelCardData(
        language=list(config.language) or None,
        license=config.license,
        library_name="transformers",
        pipeline_tag=pipeline_tag,
        tags=list(dict.fromkeys((*TAGS, *config.tags))),
        datasets=list(config.datasets) or None,
        metrics=list(metrics) or None,
        # Without results it would be a field that the hub does not know.
        model_name=config.model_name if evaluations else None,
        eval_results=evaluations or None,
    )


def _place(result: TaskResult) -> _Place:
    split = "validation" if result.is_on_validation else "test"
    addresses = [HUB_ADDRESS.fullmatch(file) for file in result.test]
    if not all(addresses) or len({address["repository"] for address in addresses}) > 1:
        return _Place(result.task, None, split, None)
    folders = PurePosixPath(addresses[0]["file"]).parts[:-1]
    config = next((name for name in reversed(folders) if name not in NO_CONFIGURATION), None)
    return _Place(addresses[0]["repository"], config, split, addresses[0]["revision"])


def _evaluations(result: TaskResult, place: _Place) -> Iterator[EvalResult]:
    for metric in metrics_of(result):
        scored = replace(result, metric=metric)
        if scored.mean is None:
            continue
        yield EvalResult(
            task_type=HUB_TASKS[result.type],
            dataset_type=place.dataset,
            dataset_name=result.task,
            dataset_config=place.config,
            dataset_split=place.split,
            dataset_revision=place.revision,
            metric_type=HUB_METRICS[metric],
            metric_value=round(scored.mean, DECIMALS),
            metric_name=_metric_name(scored),
        )


def _metric_name(result: TaskResult) -> str:
    name = result.metric.replace("_", " ")
    if result.deviation is None:
        return f"{name}, one trial"
    deviation = f"{result.deviation:.{DECIMALS}f}"
    return f"{name}, mean of {len(result.scores)} trials, standard deviation {deviation}"
