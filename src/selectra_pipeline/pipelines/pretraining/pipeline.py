"""TFRecords to trained weights."""

from kedro.pipeline import Node, Pipeline

from selectra_pipeline.pipelines.pretraining.nodes import pretrain_electra, report_pretraining


def create_pipeline() -> Pipeline:
    """The pre-training stage."""
    return Pipeline(
        [
            Node(
                pretrain_electra,
                inputs=["records", "vocabulary", "params:pretraining", "params:directories"],
                outputs="pretraining",
                name="pretrain_electra",
            ),
            Node(
                report_pretraining,
                inputs=["pretraining", "records"],
                outputs=["pretraining_report", "accent_report", "training_curves"],
                name="report_pretraining",
            ),
        ],
        namespace="pretraining",
        prefix_datasets_with_namespace=False,
    )
