"""Texts and labels to the most likely label of each text."""

from kedro.pipeline import Node, Pipeline

from selectra_pipeline.pipelines.zeroshot.nodes import classify_texts


def create_pipeline() -> Pipeline:
    """The zeroshot stage."""
    return Pipeline(
        [
            Node(
                classify_texts,
                inputs=["params:zeroshot", "params:vocabulary", "params:directories"],
                outputs=["zeroshot_predictions", "zeroshot_report", "zeroshot_metrics"],
                name="classify_texts",
            )
        ],
        namespace="zeroshot",
        prefix_datasets_with_namespace=False,
    )
