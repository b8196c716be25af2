"""The Hugging Face folders of a run to a checkpoint of google-research/electra."""

from kedro.pipeline import Node, Pipeline

from selectra_pipeline.pipelines.export_original.nodes import write_original_checkpoint


def create_pipeline() -> Pipeline:
    """The conversion."""
    return Pipeline(
        [
            Node(
                write_original_checkpoint,
                inputs=["model", "params:vocabulary", "params:directories"],
                outputs="original_checkpoint",
                name="export_original",
            )
        ],
        namespace="export_original",
        prefix_datasets_with_namespace=False,
    )
