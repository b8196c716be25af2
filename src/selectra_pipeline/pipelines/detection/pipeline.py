"""A text to the discriminator's verdict on each of its tokens: the model card's demonstration."""

from kedro.pipeline import Node, Pipeline

from selectra_pipeline.pipelines.detection.nodes import detect_replaced_tokens


def create_pipeline() -> Pipeline:
    """The demonstration."""
    return Pipeline(
        [
            Node(
                detect_replaced_tokens,
                inputs=["model", "params:detection", "params:vocabulary"],
                outputs="detection",
                name="detect_replaced_tokens",
            )
        ],
        namespace="detection",
        prefix_datasets_with_namespace=False,
    )
