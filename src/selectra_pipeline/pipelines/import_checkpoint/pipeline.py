"""A released checkpoint to the Hugging Face folders of a run."""

from kedro.pipeline import Node, Pipeline

from selectra_pipeline.pipelines.import_checkpoint.nodes import import_released_checkpoint


def create_pipeline() -> Pipeline:
    """The conversion, in the place of all stages that end in an export."""
    return Pipeline(
        [
            Node(
                import_released_checkpoint,
                inputs=["params:import_checkpoint", "params:vocabulary", "params:directories"],
                outputs=["model", "import_checkpoint_report"],
                name="import_checkpoint",
            )
        ],
        namespace="import_checkpoint",
        prefix_datasets_with_namespace=False,
    )
