"""A fine-tuned model as a folder that transformers loads."""

from collections.abc import Iterable, Sequence
from typing import Any

import keras

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.interchange.directory import replace_directory
from selectra_pipeline.interchange.huggingface import model_config, named_weights, write_folder
from selectra_pipeline.shards.paths import Path, as_path
from selectra_pipeline.vocabulary.tokenizer import Tokenizer


def write_task_folder(
    directory: str | Path,
    encoder: EncoderConfig,
    variables: Iterable[keras.Variable],
    tokenizer: Tokenizer,
    hugging_face_class: str,
    label_names: Sequence[str] = (),
    problem_type: str | None = None,
) -> None:
    """Write weights, configuration and tokenizer of a discriminator with the head of a task.

    Args:
        directory: on any storage; what it holds is replaced as a whole.
        variables: of the whole model: "electra/embeddings/...", "electra/head/...".
        hugging_face_class: "ElectraForSequenceClassification" and the like.
        label_names: the classes in the order of their numbers. Without any there is one output,
            a value, or, for question answering, the two of begin and end.
        problem_type: "regression" or "single_label_classification", where the class knows both.
    """
    settings = task_config(encoder, hugging_face_class, tokenizer, label_names, problem_type)
    weights = named_weights({variable.path: variable for variable in variables}, "task")
    with replace_directory(as_path(directory)) as temporary:
        write_folder(temporary, settings, weights, tokenizer)


def task_config(
    encoder: EncoderConfig,
    hugging_face_class: str,
    tokenizer: Tokenizer,
    label_names: Sequence[str] = (),
    problem_type: str | None = None,
) -> dict[str, Any]:
    """The content of `config.json`; see `write_task_folder`."""
    settings = model_config(encoder, hugging_face_class, tokenizer)
    if label_names:
        settings["id2label"] = {str(number): name for number, name in enumerate(label_names)}
        settings["label2id"] = {name: number for number, name in enumerate(label_names)}
    elif problem_type == "regression":
        settings["id2label"], settings["label2id"] = {"0": "value"}, {"value": 0}
    if problem_type is not None:
        settings["problem_type"] = problem_type
    return settings
