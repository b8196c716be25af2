"""The project's pipelines. Stages are nouns, each runnable alone; commands are verbs."""

from kedro.pipeline import Pipeline

from selectra_pipeline.pipelines import (
    detection,
    export,
    ingestion,
    pretraining,
    records,
    vocabulary,
)


def register_pipelines() -> dict[str, Pipeline]:
    """Map names for `kedro run --pipeline NAME` to pipelines."""
    stages = {
        stage.__name__.rpartition(".")[2]: stage.create_pipeline()
        for stage in (ingestion, vocabulary, records, pretraining, export)
    }
    pretrain = sum(stages.values(), Pipeline([]))
    return {
        **stages,
        "pretrain": pretrain,
        "detect": detection.create_pipeline(),
        "__default__": pretrain,
    }
