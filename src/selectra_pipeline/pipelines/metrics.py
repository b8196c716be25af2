"""Numbers in the form that the MLflow metrics dataset takes."""

from collections.abc import Mapping

MlflowMetrics = dict[str, dict[str, float]]


def final_metrics(values: Mapping[str, float | int]) -> MlflowMetrics:
    """Metrics that a stage measures once, at its end."""
    return {name: {"value": float(value), "step": 0} for name, value in values.items()}
