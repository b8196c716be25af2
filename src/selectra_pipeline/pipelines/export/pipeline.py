"""Trained weights to Hugging Face folders with their cards."""

from kedro.pipeline import Node, Pipeline

from selectra_pipeline.pipelines.export.nodes import export_model, write_cards


def create_pipeline() -> Pipeline:
    """The export stage."""
    return Pipeline(
        [
            Node(
                export_model,
                inputs=[
                    "pretraining",
                    "params:export",
                    "params:pretraining.checkpoint",
                    "params:directories",
                ],
                outputs="model",
                name="export_model",
            ),
            Node(
                write_cards,
                inputs=["params:card", "documents", "records", "pretraining", "model"],
                outputs="model_card",
                name="write_cards",
            ),
        ],
        namespace="export",
        prefix_datasets_with_namespace=False,
    )
