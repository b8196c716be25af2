"""The trials of all tasks to the table of results."""

from kedro.pipeline import Node, Pipeline

from selectra_pipeline.pipelines.evaluation.nodes import report_results
from selectra_pipeline.pipelines.finetuning.selection import Selection


def create_pipeline(selection: Selection) -> Pipeline:
    """The evaluation stage."""
    if not selection.tasks:
        return Pipeline([])
    return Pipeline(
        [
            Node(
                report_results,
                inputs=["params:evaluation", *(f"{task}_trials" for task in selection.tasks)],
                outputs=["results_report", "results_csv", "results_plot", "evaluation_metrics"],
                name="report_results",
            )
        ],
        namespace="evaluation",
        prefix_datasets_with_namespace=False,
    )
