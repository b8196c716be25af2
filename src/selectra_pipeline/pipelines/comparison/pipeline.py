"""Two or more models to the report that puts them side by side."""

from kedro.pipeline import Node, Pipeline

from selectra_pipeline.pipelines.comparison.nodes import compare


def create_pipeline() -> Pipeline:
    """The comparison."""
    return Pipeline(
        [
            Node(
                compare,
                inputs=["params:compare", "params:evaluation", "params:vocabulary"],
                outputs=[
                    "comparison_report",
                    "comparison_frame",
                    "comparison_disagreements",
                    "comparison_metrics",
                ],
                name="compare_models",
            )
        ],
        namespace="comparison",
        prefix_datasets_with_namespace=False,
    )
