"""A served model as a folder for onnxruntime: graph, tokenizer and labels."""

import json
import logging
from typing import Literal

import onnx

from selectra_pipeline import __version__
from selectra_pipeline.config.base import fingerprint
from selectra_pipeline.config.serving import ServingConfig
from selectra_pipeline.interchange.directory import check_replaceable, replace_directory
from selectra_pipeline.interchange.fast_tokenizer import tokenizer_files
from selectra_pipeline.interchange.huggingface_folder import CONFIG_FILE
from selectra_pipeline.interchange.task_folder import task_config
from selectra_pipeline.model.initial_weights import weights_digest
from selectra_pipeline.serving.onnx_check import verify
from selectra_pipeline.serving.onnx_graph import OPSET, onnx_model
from selectra_pipeline.serving.onnx_int8 import int8_model
from selectra_pipeline.serving.saved_model import limits_of
from selectra_pipeline.serving.served_model import KINDS, ServedModel
from selectra_pipeline.shards.manifest import Manifest, Shard, finished
from selectra_pipeline.shards.paths import Path, as_path

Format = Literal["onnx", "onnx_int8"]  # as in serving.formats; also the kind of the manifest

MODEL_FILE: dict[Format, str] = {"onnx": "model.onnx", "onnx_int8": "model_int8.onnx"}

# Raise it when a model's folder gets other bytes than before: old folders are then written anew.
FOLDER_FORMAT = 1

logger = logging.getLogger(__name__)


def export_onnx(
    served: ServedModel, config: ServingConfig, directory: str | Path, form: Format
) -> Manifest:
    """Write `model.onnx` or `model_int8.onnx`, the tokenizer's files and `config.json`.

    The model is compared with `served` in onnxruntime first. One that is up to date is not written
    again; another one is replaced as a whole.

    Args:
        directory: on any storage; absent, empty, or that of an earlier export of this form.

    Returns:
        a manifest of the form's name, with the files as split "files", and as facts what the model
        is and how far its logits are from the served model's.

    Raises:
        ConfigError: `max_length` is more than the model can read, or files that are no such export
            in `directory`.
        OnnxMismatchError: the ONNX model's logits are not the served model's.
    """
    directory = as_path(directory)
    max_length = limits_of(served, config).max_length
    export_fingerprint = fingerprint(
        form,
        FOLDER_FORMAT,
        [served.kind, served.label_names, served.config.to_dict(), served.tokenizer.digest],
        weights_digest({v.path: v.numpy() for v in served.model.trainable_variables}),
        max_length,
        [OPSET, __version__],
    )
    done = finished(directory, export_fingerprint)
    if done is not None:
        logger.info("the %s model in %s is up to date", form, directory)
        return done
    check_replaceable(directory, form)
    int8 = form == "onnx_int8"
    model = (int8_model if int8 else onnx_model)(served, max_length)
    deviation = verify(model, served, max_length, int8)
    with replace_directory(directory) as temporary:
        onnx.save(model, temporary / MODEL_FILE[form])
        for name, text in _texts(served, max_length).items():
            (temporary / name).write_text(text, encoding="utf-8")
        files = sorted(temporary.iterdir())
        Manifest(
            directory=temporary,
            kind=form,
            fingerprint=export_fingerprint,
            shards={"files": tuple(Shard.describe(path, 1) for path in files)},
            facts={
                "source": served.source,
                "kind": served.kind,
                "label_names": list(served.label_names),
                "max_length": max_length,
                "opset": OPSET,
                "tokenizer_digest": served.tokenizer.digest,
                "largest_difference": deviation.largest,
                "relative_difference": deviation.relative,
            },
        ).save()
    return Manifest.load(directory)


def _texts(served: ServedModel, max_length: int) -> dict[str, str]:
    """The contents of the files beside the model, by name."""
    hugging_face_class = next(name for name, kind in KINDS.items() if kind == served.kind)
    is_value = served.kind == "classifier" and not served.label_names
    settings = task_config(
        served.config,
        hugging_face_class,
        served.tokenizer,
        served.label_names,
        "regression" if is_value else None,
    )
    texts = tokenizer_files(served.tokenizer, max_length)
    return {**texts, CONFIG_FILE: json.dumps(settings, indent=2, ensure_ascii=False) + "\n"}
