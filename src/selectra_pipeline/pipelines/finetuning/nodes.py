"""Nodes of the finetuning stage."""

from typing import Any

from selectra_pipeline.config.evaluation import EvaluationConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.shards.paths import as_path
from selectra_pipeline.tracking import nested_run


def finetune(
    task: str,
    checkpoint: Manifest | str,
    params: dict[str, Any],
    vocabulary: dict[str, Any],
    directories: dict[str, str],
) -> Manifest:
    """Fine-tune a checkpoint on one task, as often as there are trials."""
    # These import TensorFlow: slow.
    from selectra_pipeline.downstream.trials import run_trials
    from selectra_pipeline.interchange.pretrained_encoder import load_pretrained
    from selectra_pipeline.interchange.task_folder import save_task_model

    config = EvaluationConfig.from_params(params, "evaluation")
    source = checkpoint.directory if isinstance(checkpoint, Manifest) else checkpoint
    stripping = VocabularyConfig.from_params(vocabulary, "vocabulary")
    encoder = load_pretrained(source, stripping, config.checkpoint_name)
    if config.random_weights:
        encoder = encoder.with_random_weights(config.tasks[task].finetuning.seed)
    directory = as_path(directories["finetuned"]) / task
    return run_trials(
        config.tasks[task],
        encoder,
        config.trials,
        directory,
        lambda folder, model, ready: save_task_model(folder, model, ready.type, encoder.tokenizer),
        nested_run,
    )
