"""Documents to the tokenizer."""

from kedro.pipeline import Node, Pipeline

from selectra_pipeline.pipelines.vocabulary.nodes import learn_vocabulary, report_vocabulary


def create_pipeline() -> Pipeline:
    """The vocabulary stage."""
    return Pipeline(
        [
            Node(
                learn_vocabulary,
                inputs=["documents", "params:vocabulary", "params:directories"],
                outputs="vocabulary",
                name="learn_vocabulary",
            ),
            Node(
                report_vocabulary,
                inputs="vocabulary",
                outputs=["vocabulary_report", "vocabulary_metrics"],
                name="report_vocabulary",
            ),
        ],
        namespace="vocabulary",
        prefix_datasets_with_namespace=False,
    )
