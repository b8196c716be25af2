"""Models side by side: what they score, how they differ, and where; as Markdown and as rows."""

import itertools
from typing import Any

import numpy as np
import pandas as pd

from selectra_pipeline.config.comparison import ComparisonConfig
from selectra_pipeline.downstream.markdown import ELLIPSIS, escaped, shortened
from selectra_pipeline.reporting.paired_bootstrap import Difference, compare_scores
from selectra_pipeline.serving.comparison import ComparedModel, Comparison
from selectra_pipeline.serving.judgements import Unit

SHOWN_CHARACTERS = 100  # of a text
SHOWN_WORDS = 6  # on either side of a word
UNITS = {"classifier": "texts", "tagger": "words", "discriminator": "words"}
ASKED = {
    "classifier": "the class of each text",
    "tagger": "the tag of each word",
    "discriminator": "which words were replaced. They were replaced at random, by words of the "
    "same texts: easier to find than what a generator puts in, and the same for every model, "
    "whatever its word pieces. A word counts as replaced where one of its pieces does",
}


def comparison_report(comparison: Comparison, config: ComparisonConfig) -> str:
    """Scores, speed and size; differences with their significance; disagreements."""
    sections = [
        "# Comparison",
        _introduction(comparison, config),
        _models_table(comparison),
        _speed_note(comparison),
        "## Differences",
        _differences(comparison, config),
        "## Disagreements",
        _disagreements(comparison, config.shown),
    ]
    return "\n\n".join(sections) + "\n"


def comparison_frame(comparison: Comparison) -> pd.DataFrame:
    """A row for each model: its metrics, parameters, bytes and examples a second."""
    return pd.DataFrame(
        [
            {
                "model": model.name,
                "source": model.source,
                "kind": comparison.kind,
                **model.opinion.metrics,
                "parameters": model.parameters,
                "bytes": model.bytes,
                "examples_per_second": model.speed,
            }
            for model in comparison.models
        ]
    )


def disagreements_frame(comparison: Comparison) -> pd.DataFrame:
    """A row for each unit that the models judge differently, the most confident first.

    Columns: row and word (its number in the row, from 0; none for texts), text, truth, and for each
    model what it says and how sure it is.
    """
    columns = ["row", "word", "text", "truth"]
    for model in comparison.models:
        columns += [model.name, f"{model.name} confidence"]
    lines = []
    for number in _disagreeing(comparison):
        unit = comparison.units[number]
        line: list[Any] = [unit.row, unit.position, _plain_text(comparison, unit), unit.truth]
        for model in comparison.models:
            line += [model.opinion.predicted[number], float(model.opinion.confidence[number])]
        lines.append(line)
    return pd.DataFrame(lines, columns=columns).astype({"word": "Int64"})


def _introduction(comparison: Comparison, config: ComparisonConfig) -> str:
    origin = f"`{config.file}`" if config.file else f"the test split of {config.task}"
    return (
        f"{len(comparison.models)} {comparison.kind}s were asked {ASKED[comparison.kind]}. "
        f"{len(comparison.rows):,} rows of {origin}, {len(comparison.units):,} "
        f"{UNITS[comparison.kind]}, up to {comparison.max_length} word pieces of each row."
    )


def _models_table(comparison: Comparison) -> str:
    metrics = list(comparison.models[0].opinion.metrics)
    header = ["model", *metrics, "parameters", "bytes", "examples/s"]
    lines = [_row(header), _row(["---", *["---:"] * (len(header) - 1)])]
    lines += [
        _row(
            [
                escaped(model.name),
                *(f"{model.opinion.metrics[name]:.4f}" for name in metrics),
                f"{model.parameters:,}",
                f"{model.bytes:,}",
                f"{model.speed:,.0f}",
            ]
        )
        for model in comparison.models
    ]
    lines += ["", *(f"- {escaped(model.name)}: {_source(model)}" for model in comparison.models)]
    return "\n".join(lines)


def _source(model: ComparedModel) -> str:
    cut = f"; {model.cut.cut:,} rows cut" if model.cut.cut else ""
    return f"`{model.source}`{cut}"


def _speed_note(comparison: Comparison) -> str:
    ranges = ", ".join(
        f"{escaped(model.name)} {min(model.examples_per_second):,.0f} to "
        f"{max(model.examples_per_second):,.0f}"
        for model in comparison.models
    )
    rounds = len(comparison.models[0].examples_per_second)
    return (
        f"Speed is the median of {rounds} rounds, in which the models take turns, without "
        f"tokenization; over the rounds: {ranges}."
    )


def _differences(comparison: Comparison, config: ComparisonConfig) -> str:
    lines = [
        f"| models | difference of {comparison.metric} | 95% interval | p |",
        "| --- | ---: | ---: | ---: |",
    ]
    for first, second in itertools.combinations(comparison.models, 2):
        found = _difference(first, second, comparison.groups, config)
        lines.append(
            _row(
                [
                    f"{escaped(first.name)} - {escaped(second.name)}",
                    f"{found.value:+.4f}",
                    f"{found.low:+.4f} to {found.high:+.4f}",
                    f"{found.p_value:.4f}",
                ]
            )
        )
    note = (
        f"By a paired bootstrap: {config.resamples:,} times as many rows are drawn again from the "
        "rows, with replacement, and both models are scored on them; rows of the same text, as the "
        "hypotheses about one premise, are drawn together. It speaks of other rows of the same "
        "kind, not of other seeds of the training."
    )
    return "\n".join([*lines, "", note])


def _difference(
    first: ComparedModel, second: ComparedModel, groups: np.ndarray, config: ComparisonConfig
) -> Difference:
    weighted = (first.opinion.weighted, second.opinion.weighted)
    return compare_scores(*weighted, groups, config.resamples, config.seed)


def _disagreements(comparison: Comparison, shown: int) -> str:
    numbers = _disagreeing(comparison)
    total, units = len(comparison.units), UNITS[comparison.kind]
    share = f"{len(numbers):,} of {total:,} {units} ({len(numbers) / max(1, total):.2%})"
    if not numbers:
        return f"None: the models say the same of all {total:,} {units}."
    names = [escaped(model.name) for model in comparison.models]
    lines = [
        f"On {share} the models do not agree. {_who_is_right(comparison, numbers)} The most "
        "confident come first; in brackets the probability that a model gives its answer.",
        "",
        _row(["text", "truth", *names]),
        _row(["---"] * (len(names) + 2)),
    ]
    for number in numbers[:shown]:
        unit = comparison.units[number]
        said = [_said(model, number) for model in comparison.models]
        lines.append(_row([_marked_text(comparison, unit), escaped(unit.truth), *said]))
    if len(numbers) > shown:
        lines += ["", "All of them are in comparison_disagreements.csv."]
    return "\n".join(lines)


def _who_is_right(comparison: Comparison, numbers: list[int]) -> str:
    counts = []
    for model in comparison.models:
        predicted = model.opinion.predicted
        right = sum(predicted[number] == comparison.units[number].truth for number in numbers)
        counts.append(f"{escaped(model.name)} is right on {right:,} of them")
    return f"{', '.join(counts)}."


def _said(model: ComparedModel, number: int) -> str:
    opinion = model.opinion
    return f"{escaped(opinion.predicted[number])} ({opinion.confidence[number]:.2f})"


def _disagreeing(comparison: Comparison) -> list[int]:
    """Numbers of the units on which not all models say the same, by their mean confidence."""
    said = np.array([model.opinion.predicted for model in comparison.models])  # [models, units]
    sure = np.mean([model.opinion.confidence for model in comparison.models], axis=0)
    numbers = np.flatnonzero((said != said[:1]).any(axis=0))
    return numbers[np.argsort(-sure[numbers], kind="stable")].tolist()


def _plain_text(comparison: Comparison, unit: Unit) -> str:
    """The text, or the word that is judged."""
    row = comparison.rows[unit.row]
    if unit.position is not None:
        return row.words[unit.position]
    return row.text if row.second_text is None else f"{row.text} / {row.second_text}"


def _marked_text(comparison: Comparison, unit: Unit) -> str:
    """The text, or the words around the one that is judged, which stands in bold."""
    if unit.position is None:
        return escaped(shortened(_plain_text(comparison, unit), SHOWN_CHARACTERS))
    words, position = comparison.rows[unit.row].words, unit.position
    first, last = max(0, position - SHOWN_WORDS), position + SHOWN_WORDS + 1
    before, after = words[first:position], words[position + 1 : last]
    parts = [
        *([ELLIPSIS] if first else []),
        *map(escaped, before),
        f"**{escaped(words[position])}**",
        *map(escaped, after),
        *([ELLIPSIS] if last < len(words) else []),
    ]
    return " ".join(parts)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"
