"""The project's pipelines. Stages are nouns, each runnable alone; commands are verbs."""

from kedro.pipeline import Pipeline

from selectra_pipeline.pipelines import (
    comparison,
    demo,
    detection,
    evaluation,
    export,
    export_original,
    finetuning,
    import_checkpoint,
    ingestion,
    pretraining,
    records,
    serving,
    vocabulary,
    zeroshot,
)
from selectra_pipeline.pipelines.selection import current_selection


def register_pipelines() -> dict[str, Pipeline]:
    """Map names for `kedro run --pipeline NAME` to pipelines."""
    stages = {
        stage.__name__.rpartition(".")[2]: stage.create_pipeline()
        for stage in (ingestion, vocabulary, records, pretraining, export)
    }
    pretrain = sum(stages.values(), Pipeline([]))
    selection = current_selection()
    finetune = finetuning.create_pipeline(selection)
    evaluate = evaluation.create_pipeline(selection)
    return {
        **stages,
        "finetuning": finetune,
        "evaluation": evaluate,
        "pretrain": pretrain,
        "evaluate": finetune + evaluate,
        "import_checkpoint": import_checkpoint.create_pipeline(),
        "export_original": export_original.create_pipeline(),
        "detect": detection.create_pipeline(),
        "compare": comparison.create_pipeline(),
        "zeroshot": zeroshot.create_pipeline(),
        "demo": demo.create_pipeline(),
        "serving": serving.create_pipeline(selection.serving),
        "__default__": pretrain,
    }
