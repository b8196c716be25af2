"""TFRecords to trained weights."""

from kedro.pipeline import Node, Pipeline

from selectra_pipeline.pipelines.pretraining.nodes import (
    plan_pretraining,
    pretrain_electra,
    report_pretraining,
)


def create_pipeline() -> Pipeline:
    """The pre-training stage."""
    return Pipeline(
        [
            Node(
                plan_pretraining,
                inputs=["records", "vocabulary", "params:pretraining"],
                outputs=["pretraining_plan", "pretraining_plan_report", "learning_rate_plan"],
                name="plan_pretraining",
            ),
            Node(
                pretrain_electra,
                # The plan is an input, so that it is written before the first step.
                inputs=["pretraining_plan", "records", "vocabulary", "params:directories"],
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
