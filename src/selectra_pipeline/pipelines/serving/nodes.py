"""Nodes of the serving stage."""

from typing import Any, Literal

from selectra_pipeline.config.serving import ServingConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.shards.paths import as_path


def write_saved_model(
    model: Any,  # Manifest | str; Kedro warns of unions among its parameters
    params: dict[str, Any],
    vocabulary: dict[str, Any],
    directories: dict[str, str],
) -> Manifest:
    """Write a model with its tokenizer as a TensorFlow SavedModel."""
    # These import TensorFlow: slow.
    from selectra_pipeline.serving.saved_model import export_saved_model
    from selectra_pipeline.serving.served_model import load_served

    source = model.directory if isinstance(model, Manifest) else model
    served = load_served(source, VocabularyConfig.from_params(vocabulary, "vocabulary"))
    config = ServingConfig.from_params(params, "serving")
    return export_saved_model(served, config, as_path(directories["serving"]) / "saved_model")


def log_mlflow_model(saved_model: Manifest, params: dict[str, Any]) -> dict[str, Any]:
    """Log a SavedModel as a model of MLflow, and print how it is served."""
    from selectra_pipeline.pipelines.serving.mlflow_model import log_model  # imports mlflow: slow

    logged = log_model(saved_model, ServingConfig.from_params(params, "serving"))
    print(f"mlflow models serve --env-manager local --model-uri {logged['model_uri']}")
    return logged


def write_onnx_model(
    model: Manifest | str,
    params: dict[str, Any],
    vocabulary: dict[str, Any],
    directories: dict[str, str],
) -> Manifest:
    """Write a model for onnxruntime, in float32, with tokenizer and labels beside it."""
    return _write_onnx("onnx", model, params, vocabulary, directories)


def write_onnx_int8_model(
    model: Manifest | str,
    params: dict[str, Any],
    vocabulary: dict[str, Any],
    directories: dict[str, str],
) -> Manifest:
    """Write a model for onnxruntime, in whole numbers of 8 bits."""
    return _write_onnx("onnx_int8", model, params, vocabulary, directories)


def _write_onnx(
    form: Literal["onnx", "onnx_int8"],
    model: Manifest | str,
    params: dict[str, Any],
    vocabulary: dict[str, Any],
    directories: dict[str, str],
) -> Manifest:
    # These import TensorFlow: slow.
    from selectra_pipeline.serving.onnx_folder import export_onnx
    from selectra_pipeline.serving.served_model import load_served

    source = model.directory if isinstance(model, Manifest) else model
    served = load_served(source, VocabularyConfig.from_params(vocabulary, "vocabulary"))
    config = ServingConfig.from_params(params, "serving")
    return export_onnx(served, config, as_path(directories["serving"]) / form, form)
