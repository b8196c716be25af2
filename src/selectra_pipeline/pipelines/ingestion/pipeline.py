"""Corpus files to documents."""

from kedro.pipeline import Node, Pipeline

from selectra_pipeline.pipelines.ingestion.nodes import ingest_corpus, report_ingestion


def create_pipeline() -> Pipeline:
    """The ingestion stage."""
    return Pipeline(
        [
            Node(
                ingest_corpus,
                inputs=["params:ingestion", "params:execution", "params:directories"],
                outputs="documents",
                name="ingest_corpus",
            ),
            Node(
                report_ingestion,
                inputs="documents",
                outputs=["ingestion_report", "ingestion_metrics", "ingestion_tags"],
                name="report_ingestion",
            ),
        ],
        namespace="ingestion",
        prefix_datasets_with_namespace=False,
    )
