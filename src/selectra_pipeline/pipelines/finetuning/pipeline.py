"""A checkpoint to the trials of each selected task."""

from functools import partial, update_wrapper

from kedro.pipeline import Node, Pipeline

from selectra_pipeline.pipelines.finetuning.nodes import finetune
from selectra_pipeline.pipelines.selection import Selection


def create_pipeline(selection: Selection) -> Pipeline:
    """The finetuning stage: one node for each task."""
    checkpoint = "model" if selection.own_export else "params:evaluation.checkpoint"
    return Pipeline(
        [
            Node(
                update_wrapper(partial(finetune, task), finetune),
                inputs=[checkpoint, "params:evaluation", "params:vocabulary", "params:directories"],
                outputs=f"{task}_trials",
                name=f"finetune_{task}",
            )
            for task in selection.tasks
        ],
        namespace="finetuning",
        prefix_datasets_with_namespace=False,
    )
