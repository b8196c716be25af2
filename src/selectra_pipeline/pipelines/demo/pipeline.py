"""An exported model, and fine-tuned ones, to a page on which people try them out."""

from kedro.pipeline import Node, Pipeline

from selectra_pipeline.pipelines.demo.nodes import open_page


def create_pipeline() -> Pipeline:
    """The demo stage."""
    return Pipeline(
        [
            Node(
                open_page,
                inputs=["params:demo", "params:vocabulary", "params:directories"],
                outputs=None,
                name="open_page",
            )
        ],
        namespace="demo",
        prefix_datasets_with_namespace=False,
    )
