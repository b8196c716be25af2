"""The results table: our checkpoints on their tasks, with the published models beside them."""

import dataclasses
import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import pandas as pd

from selectra_pipeline.config.task import METRICS
from selectra_pipeline.downstream.results import TaskResult, Trial
from selectra_pipeline.reporting.published import (
    PUBLISHED_MODELS,
    PUBLISHED_TASKS,
    PublishedModel,
    PublishedScore,
)
from selectra_pipeline.reporting.significance import compare

OURS = "this project"
# Test splits of about one size are the same one, less rows that were left out.
SAME_SPLIT_TOLERANCE = 0.02
FRAME_TYPES = {  # of the columns; numbers that may be missing
    "task": "str",
    "model": "str",
    "parameters": "Int64",
    "metric": "str",
    "mean": "Float64",
    "deviation": "Float64",
    "n": "Int64",
    "diverged": "Int64",
    "source": "str",
}


class Column(NamedTuple):
    """A task, scored by a metric."""

    task: str
    metric: str

    def published(self, model: PublishedModel) -> PublishedScore | None:
        """The model's score, if it was published for this metric."""
        known = PUBLISHED_TASKS.get(self.task)
        return model.scores.get(self.task) if known and known.metric == self.metric else None


def columns_of(results: Iterable[TaskResult]) -> tuple[Column, ...]:
    """The tasks of the results, in their order."""
    return tuple(dict.fromkeys(Column(result.task, result.metric) for result in results))


def results_table(
    results: Sequence[TaskResult], published: Sequence[PublishedModel] = PUBLISHED_MODELS
) -> str:
    """All that the trials came to, as Markdown.

    The table of all models (see `comparison_table`), significance tests where two checkpoints share
    a task, and for each task every trial.
    """
    tasks = dict.fromkeys(result.task for result in results)
    sections = [
        "# Results",
        comparison_table(results, published),
        _significance_section(results),
        *(_task_section([result for result in results if result.task == task]) for task in tasks),
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def comparison_table(
    results: Sequence[TaskResult], published: Sequence[PublishedModel] = PUBLISHED_MODELS
) -> str:
    """A row for each checkpoint, then one for each published model that shares a task; and notes.

    Raises:
        ValueError: there is no result.
    """
    if not results:
        raise ValueError("there are no results to show; configure at least one task")
    columns = columns_of(results)
    checkpoints: dict[str, dict[Column, TaskResult]] = {}
    for result in results:
        of_checkpoint = checkpoints.setdefault(result.checkpoint, {})
        of_checkpoint[Column(result.task, result.metric)] = result
    rows = [
        [
            f"**{name}**",
            format_parameters(next(iter(scored.values())).parameters),
            *(_our_cell(scored.get(column)) for column in columns),
        ]
        for name, scored in checkpoints.items()
    ]
    rows += [
        [
            model.name,
            format_parameters(model.parameters),
            *(_published_cell(column.published(model)) for column in columns),
        ]
        for model in _sharing(columns, published)
    ]
    header = ["model", "parameters", *(f"{task} ({metric})" for task, metric in columns)]
    return _markdown(header, rows) + "\n\n" + "\n".join(_notes(results, columns, published))


def results_frame(
    results: Sequence[TaskResult], published: Sequence[PublishedModel] = PUBLISHED_MODELS
) -> pd.DataFrame:
    """The same in long form, a row for each task, model and metric.

    Columns: task, model, parameters, metric, mean, deviation, n (trials in the mean), diverged
    (trials that are in none), source. What was not published is missing.
    """
    ours = [
        _frame_row(dataclasses.replace(result, metric=metric))
        for result in results
        for metric in metrics_of(result)
    ]
    theirs = [
        {
            "task": column.task,
            "model": model.name,
            "parameters": model.parameters,
            "metric": column.metric,
            **score._asdict(),
            "source": model.source,
        }
        for column in columns_of(results)
        for model in published
        if (score := column.published(model)) is not None
    ]
    return pd.DataFrame(ours + theirs, columns=list(FRAME_TYPES)).astype(FRAME_TYPES)


def _frame_row(result: TaskResult) -> dict[str, str | float | None]:
    return {
        "task": result.task,
        "model": result.checkpoint,
        "parameters": result.parameters,
        "metric": result.metric,
        "mean": result.mean,
        "deviation": result.deviation,
        "n": len(result.scores),
        "diverged": len(result.diverged),
        "source": OURS,
    }


def metrics_of(result: TaskResult) -> tuple[str, ...]:
    """What to show of a task: the metric that selected, then the others of its type."""
    scored = next((trial.test for trial in result.trials if not trial.diverged), {})
    others = (name for name in METRICS[result.type] if name in scored)
    return tuple(dict.fromkeys((result.metric, *others)))


def format_parameters(parameters: int) -> str:
    """In millions, to three digits at most: "22.4M"."""
    return f"{parameters / 1e6:.3g}M"


def format_score(mean: float, deviation: float | None) -> str:
    """A mean and, if there is one, its deviation."""
    return f"{mean:.4f}" if deviation is None else f"{mean:.4f} ± {deviation:.4f}"


def _sharing(
    columns: Iterable[Column], published: Iterable[PublishedModel]
) -> list[PublishedModel]:
    return [model for model in published if any(column.published(model) for column in columns)]


def _our_cell(result: TaskResult | None) -> str:
    if result is None:
        return ""
    if result.mean is None:
        return "diverged"
    return f"{format_score(result.mean, result.deviation)} ({_count(result)})"


def _count(result: TaskResult) -> str:
    """The trials in the mean, of how many where some diverged."""
    count = str(len(result.scores))
    return f"{count} of {len(result.trials)}" if result.diverged else count


def _published_cell(score: PublishedScore | None) -> str:
    return "" if score is None else format_score(*score)


def _notes(
    results: Sequence[TaskResult], columns: Sequence[Column], published: Sequence[PublishedModel]
) -> list[str]:
    """What a reader of the table must know, as list items."""
    notes = [
        "- In bold: our mean over trials ± standard deviation (number of trials), on the test "
        "split, of the epoch that was best on validation. Parameters are without the task's head.",
    ]
    notes += [
        f"- {result.checkpoint} on {result.task}: {_diverged(result)}"
        for result in results
        if result.diverged
    ]
    if not _sharing(columns, published):
        return notes
    notes.append(
        "- The other rows are published. SELECTRA's authors scored what they call dev on the test "
        "splits and never used validation; ours select on validation and report test once."
    )
    return notes + [
        f"- {result.checkpoint} on {result.task} is scored on {result.rows['test']:,} rows"
        f"{' of a validation file' if result.is_on_validation else ''}, the published models on a "
        f"test split of {PUBLISHED_TASKS[result.task].test_rows:,}: the scores are not of the same "
        "text."
        for result in results
        if is_other_split(result)
    ]


def is_other_split(result: TaskResult) -> bool:
    """Whether the size of the test split, or its file, says that it is not the published ones'."""
    known = PUBLISHED_TASKS.get(result.task)
    if known is None or known.metric != result.metric:
        return False
    other_size = abs(result.rows["test"] / known.test_rows - 1) > SAME_SPLIT_TOLERANCE
    return result.is_on_validation or other_size


def _diverged(result: TaskResult) -> str:
    seeds = ", ".join(map(str, result.diverged))
    return f"the loss of seed {seeds} was not finite; not in the mean."


def _significance_section(results: Sequence[TaskResult]) -> str:
    """Every pair of checkpoints on the same task; empty where there is none."""
    rows = []
    for first, second in itertools.combinations(results, 2):
        comparison = compare(first, second) if _scored_alike(first, second) else None
        if comparison is not None:
            pair = f"{first.checkpoint} - {second.checkpoint}"
            numbers = (f"{number:.4f}" for number in comparison[1:])
            rows.append([first.task, pair, f"{comparison.difference:+.4f}", *numbers])
    if not rows:
        return ""
    header = ["task", "models", "difference", "p", "smallest possible p"]
    return "\n\n".join(
        [
            "## Differences between our checkpoints",
            _markdown(header, rows, texts=2),
            "Two-sided permutation test of the difference of means over the trials. It asks "
            "whether other seeds would turn the difference, not whether another test set would. "
            "With so few trials p can't be lower than the last column.",
        ]
    )


def _scored_alike(first: TaskResult, second: TaskResult) -> bool:
    return all(
        getattr(first, name) == getattr(second, name) for name in ("task", "metric", "test_digest")
    )


def _task_section(results: Sequence[TaskResult]) -> str:
    """One task, with a part for each checkpoint."""
    return "\n\n".join([f"## {results[0].task}", *map(_checkpoint_section, results)])


def _checkpoint_section(result: TaskResult) -> str:
    rows = ", ".join(f"{split} {count:,}" for split, count in result.rows.items())
    metrics = metrics_of(result)
    header = ["seed", *metrics, "epoch", f"validation {result.metric}", "seconds"]
    parts = [
        f"### {result.checkpoint}",
        f"{result.type.replace('_', ' ')}; rows: {rows}.",
        "\n".join(f"- {note}" for note in result.notes),
        _markdown(header, [_trial_cells(trial, result.metric, metrics) for trial in result.trials]),
        f"Diverged: {_diverged(result)}" if result.diverged else "",
        _details(result),
    ]
    return "\n\n".join(filter(None, parts))


def _trial_cells(trial: Trial, metric: str, metrics: Sequence[str]) -> list[str]:
    seed, seconds = str(trial.seed), f"{trial.seconds:,.0f}"
    if trial.best_epoch is None:
        return [seed, "diverged", *[""] * len(metrics[1:]), "", "", seconds]
    return [
        seed,
        *(f"{trial.test[name]:.4f}" for name in metrics),
        f"{trial.best_epoch + 1} of {len(trial.validation)}",
        f"{trial.validation[trial.best_epoch][metric]:.4f}",
        seconds,
    ]


def _details(result: TaskResult) -> str:
    """Of the trial that validation would choose: test must not choose what is shown."""
    best = max(
        (trial for trial in result.trials if not trial.diverged),
        key=lambda trial: trial.validation[trial.best_epoch][result.metric],
        default=None,
    )
    if best is None or not best.details:
        return ""
    return f"Best trial on validation, seed {best.seed}, on test:\n\n{best.details.strip()}"


def _markdown(header: Sequence[str], rows: Iterable[Sequence[str]], texts: int = 1) -> str:
    """A Markdown table; all columns behind the first `texts` hold numbers."""
    alignment = ["---"] * texts + ["---:"] * (len(header) - texts)
    lines = (header, alignment, *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
