"""Nodes of the comparison of models."""

from typing import Any

import pandas as pd

from selectra_pipeline.config.comparison import ComparisonConfig
from selectra_pipeline.config.evaluation import EvaluationConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.pipelines.metrics import MlflowMetrics, final_metrics


def compare(
    params: dict[str, Any], evaluation: dict[str, Any], vocabulary: dict[str, Any]
) -> tuple[str, pd.DataFrame, pd.DataFrame, MlflowMetrics]:
    """Let models judge the same rows; print the report."""
    # These import TensorFlow: slow.
    from selectra_pipeline.reporting.comparison_report import (
        comparison_frame,
        comparison_report,
        disagreements_frame,
    )
    from selectra_pipeline.serving.comparison import compare_models

    config = ComparisonConfig.from_params(params, "compare")
    tasks = EvaluationConfig.from_params(evaluation, "evaluation").tasks
    stripping = VocabularyConfig.from_params(vocabulary, "vocabulary")
    comparison = compare_models(config, tasks, stripping)
    report = comparison_report(comparison, config)
    print(report)
    metrics = {
        f"model_{number}/{name}": value
        for number, model in enumerate(comparison.models, start=1)
        for name, value in {
            **model.opinion.metrics,
            "examples_per_second": model.speed,
        }.items()
    }
    return (
        report,
        comparison_frame(comparison),
        disagreements_frame(comparison),
        final_metrics(metrics),
    )
