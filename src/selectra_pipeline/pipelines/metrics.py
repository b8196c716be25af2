"""Numbers in the form that the MLflow metrics dataset takes."""

from collections.abc import Mapping

from selectra_pipeline.tracking import metric_name

MlflowMetrics = dict[str, dict[str, float]]


def final_metrics(values: Mapping[str, float | int]) -> MlflowMetrics:
    """Metrics that a stage measures once, at its end."""
    return {metric_name(name): {"value": float(value), "step": 0} for name, value in values.items()}
