"""Documents to TFRecords."""

from kedro.pipeline import Node, Pipeline

from selectra_pipeline.pipelines.records.nodes import measure_records, pack_documents


def create_pipeline() -> Pipeline:
    """The records stage."""
    return Pipeline(
        [
            Node(
                pack_documents,
                inputs=[
                    "documents",
                    "vocabulary",
                    "params:records",
                    "params:execution",
                    "params:directories",
                ],
                outputs="records",
                name="pack_documents",
            ),
            Node(
                measure_records, inputs="records", outputs="records_metrics", name="measure_records"
            ),
        ],
        namespace="records",
        prefix_datasets_with_namespace=False,
    )
