"""Nodes of the evaluation stage."""

from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from selectra_pipeline.config.base import require
from selectra_pipeline.config.card import CardConfig
from selectra_pipeline.config.evaluation import EvaluationConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.pipelines.metrics import MlflowMetrics, final_metrics
from selectra_pipeline.shards.manifest import Manifest


def report_results(
    card: dict[str, Any], params: dict[str, Any], *trials: Manifest
) -> tuple[str, pd.DataFrame, Figure, MlflowMetrics]:
    """The table of results, the same as rows of numbers, a plot, and the means."""
    from selectra_pipeline.downstream.results import (
        TaskResult,
        load_results,
        require_distinct_names,
    )
    from selectra_pipeline.reporting.published import published_for
    from selectra_pipeline.reporting.results_plot import score_against_parameters
    from selectra_pipeline.reporting.results_table import results_frame, results_table

    config = EvaluationConfig.from_params(params, "evaluation")
    own = [TaskResult.from_facts(manifest.facts) for manifest in trials]
    others = [result for folder in config.compare_with for result in load_results(folder)]
    results = [*own, *(other for other in others if other.task in config.selected)]
    require_distinct_names(results)
    published = published_for(CardConfig.from_params(card, "card").language)
    means = {f"{result.task}/{result.metric}": result.mean for result in own if result.scores}
    return (
        results_table(results, published),
        results_frame(results, published),
        score_against_parameters(results, published),
        final_metrics(means),
    )


def write_cards(
    card: dict[str, Any],
    vocabulary: dict[str, Any],
    documents: Manifest,
    records: Manifest,
    pretraining: Manifest,
    model: Manifest,
    *trials: Manifest,
) -> str:
    """Write the cards of the run's export, with the results; the discriminator's comes first.

    Raises:
        ConfigError: the trials are not of the weights that are exported.
    """
    from selectra_pipeline.downstream.results import TaskResult
    from selectra_pipeline.interchange.pretrained_encoder import load_pretrained
    from selectra_pipeline.reporting.model_card import write_model_cards
    from selectra_pipeline.reporting.training_facts import TrainingRun

    results = [TaskResult.from_facts(manifest.facts) for manifest in trials]
    stripping = VocabularyConfig.from_params(vocabulary, "vocabulary")
    exported = load_pretrained(model.directory, stripping)
    for result in results:
        require(
            result.weights == exported.digest,
            f"the trials of {result.task} are not of the model in {model.directory}, whose card "
            "they would go into; run kedro run --pipeline evaluate, which makes them anew",
        )
    cards = write_model_cards(
        CardConfig.from_params(card, "card"),
        TrainingRun(documents, records, pretraining, model),
        results,
    )
    return next(iter(cards.values()))


def write_results_card(card: dict[str, Any], *trials: Manifest) -> str:
    """The card of a checkpoint that was not trained here: all that is known are its results."""
    from selectra_pipeline.downstream.results import TaskResult, require_distinct_names
    from selectra_pipeline.reporting.model_card import results_card

    results = [TaskResult.from_facts(manifest.facts) for manifest in trials]
    require_distinct_names(results)
    return results_card(CardConfig.from_params(card, "card"), results)
