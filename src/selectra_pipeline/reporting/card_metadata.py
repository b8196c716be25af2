"""The head of a model card: what the Hugging Face hub reads and checks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from huggingface_hub import EvalResult, ModelCardData

from selectra_pipeline.config.card import CardConfig
from selectra_pipeline.config.task import HUB_ADDRESS, TaskConfig, TaskTypeName
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


def card_metadata(
    config: CardConfig,
    results: Sequence[TaskResult] = (),
    tasks: Mapping[str, TaskConfig] | None = None,
    pipeline_tag: str | None = None,
) -> ModelCardData:
    """The metadata of a card; a field that is not known is not there.

    Args:
        results: become its model-index, but for tasks all of whose trials diverged.
        tasks: say which data set of the hub a result is of; that of local files has the task's
            name.
        pipeline_tag: what the model does as it is, if it does something.
    """
    evaluations = [
        evaluation
        for result in results
        for evaluation in _evaluations(result, (tasks or {}).get(result.task))
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


def _evaluations(result: TaskResult, task: TaskConfig | None) -> Iterator[EvalResult]:
    address = HUB_ADDRESS.fullmatch(task.test[0]) if task else None
    for metric in metrics_of(result):
        scored = replace(result, metric=metric)
        if scored.mean is None:
            continue
        yield EvalResult(
            task_type=HUB_TASKS[result.type],
            dataset_type=address["repository"] if address else result.task,
            dataset_name=result.task,
            dataset_config=result.task,  # the hub groups by it: two tasks may share a data set
            dataset_split="test",
            dataset_revision=address["revision"] if address else None,
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
