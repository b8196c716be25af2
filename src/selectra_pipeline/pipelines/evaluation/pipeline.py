"""The trials of all tasks to the table of results and the model card."""

from kedro.pipeline import Node, Pipeline

from selectra_pipeline.pipelines.evaluation.nodes import (
    report_results,
    write_cards,
    write_results_card,
)
from selectra_pipeline.pipelines.selection import Selection

TRAINING_RUN = ["documents", "records", "pretraining", "model"]


def create_pipeline(selection: Selection) -> Pipeline:
    """The evaluation stage."""
    if not selection.tasks:
        return Pipeline([])
    trials = [f"{task}_trials" for task in selection.tasks]
    report = Node(
        report_results,
        inputs=["params:card", "params:evaluation", *trials],
        outputs=["results_report", "results_frame", "results_plot", "evaluation_metrics"],
        name="report_results",
    )
    if selection.own_export and selection.trained_here and not selection.random_weights:
        inputs = ["params:card", "params:vocabulary", *TRAINING_RUN, *trials]
        card = Node(write_cards, inputs=inputs, outputs="model_card", name="write_cards")
    else:
        inputs = ["params:card", *trials]
        card = Node(write_results_card, inputs=inputs, outputs="model_card", name="write_card")
    return Pipeline([report, card], namespace="evaluation", prefix_datasets_with_namespace=False)
