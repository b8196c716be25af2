"""Trained weights to Hugging Face folders."""

from kedro.pipeline import Node, Pipeline

from selectra_pipeline.pipelines.export.nodes import export_model


def create_pipeline() -> Pipeline:
    """The export stage."""
    return Pipeline(
        [
            Node(
                export_model,
                inputs=["pretraining", "params:export", "params:directories"],
                outputs="model",
                name="export_model",
            )
        ],
        namespace="export",
        prefix_datasets_with_namespace=False,
    )
