"""Nodes of the finetuning stage."""

from typing import Any

from selectra_pipeline.config.evaluation import EvaluationConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.shards.paths import Path, as_path
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
    from selectra_pipeline.downstream.task_model import TaskModel
    from selectra_pipeline.downstream.tasks.task_type import TaskType
    from selectra_pipeline.downstream.trials import check_length, run_trials
    from selectra_pipeline.interchange.pretrained_encoder import load_pretrained
    from selectra_pipeline.interchange.task_folder import write_task_folder

    config = EvaluationConfig.from_params(params, "evaluation")
    source = checkpoint.directory if isinstance(checkpoint, Manifest) else checkpoint
    stripping = VocabularyConfig.from_params(vocabulary, "vocabulary")
    encoder = load_pretrained(source, stripping, config.checkpoint_name)
    for selected in config.selected:  # before the first task takes its hours
        check_length(config.tasks[selected], encoder)
    if config.random_weights:
        encoder = encoder.with_random_weights(config.tasks[task].finetuning.seed)

    def save_model(folder: Path, model: TaskModel, task_type: TaskType) -> None:
        write_task_folder(
            folder,
            model.config,
            model.trainable_variables,
            encoder.tokenizer,
            task_type.hugging_face_class,
            task_type.label_names,
            task_type.problem_type,
        )

    directory = as_path(directories["finetuned"]) / task
    return run_trials(config.tasks[task], encoder, config.trials, directory, save_model, nested_run)
