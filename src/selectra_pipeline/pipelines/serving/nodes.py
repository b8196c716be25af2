"""Nodes of the serving stage."""

from typing import TYPE_CHECKING, Any, Literal

from selectra_pipeline.config.serving import ServingConfig
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.shards.paths import as_path

if TYPE_CHECKING:  # it imports TensorFlow
    from selectra_pipeline.serving.served_model import ServedModel


def write_saved_model(
    model: Any,  # Manifest | str; Kedro warns of unions among its parameters
    params: dict[str, Any],
    vocabulary: dict[str, Any],
    directories: dict[str, str],
) -> Manifest:
    """Write a model with its tokenizer as a TensorFlow SavedModel."""
    from selectra_pipeline.serving.saved_model import export_saved_model  # imports TensorFlow

    config = ServingConfig.from_params(params, "serving")
    directory = as_path(directories["serving"]) / "saved_model"
    return export_saved_model(_served(model, vocabulary), config, directory)


def log_mlflow_model(saved_model: Manifest, params: dict[str, Any]) -> dict[str, Any]:
    """Log a SavedModel as a model of MLflow, and print how it is served."""
    from selectra_pipeline.pipelines.serving.mlflow_model import log_model  # imports mlflow: slow

    logged = log_model(saved_model, ServingConfig.from_params(params, "serving"))
    print(f"mlflow models serve --env-manager local --model-uri {logged['model_uri']}")
    return logged


def write_onnx_model(
    model: Any, params: dict[str, Any], vocabulary: dict[str, Any], directories: dict[str, str]
) -> Manifest:
    """Write a model for onnxruntime, in float32, with tokenizer and labels beside it."""
    return _write_onnx("onnx", _served(model, vocabulary), params, directories)


def write_onnx_int8_model(
    model: Any, params: dict[str, Any], vocabulary: dict[str, Any], directories: dict[str, str]
) -> Manifest:
    """Write a model for onnxruntime, in whole numbers of 8 bits."""
    return _write_onnx("onnx_int8", _served(model, vocabulary), params, directories)


def _write_onnx(
    form: Literal["onnx", "onnx_int8"],
    served: "ServedModel",
    params: dict[str, Any],
    directories: dict[str, str],
) -> Manifest:
    from selectra_pipeline.serving.onnx_folder import export_onnx

    config = ServingConfig.from_params(params, "serving")
    return export_onnx(served, config, as_path(directories["serving"]) / form, form)


def _served(model: Manifest | str, vocabulary: dict[str, Any]) -> "ServedModel":
    """The model of an export, or of a folder."""
    from selectra_pipeline.serving.served_model import load_served  # imports TensorFlow: slow

    source = model.directory if isinstance(model, Manifest) else model
    return load_served(source, VocabularyConfig.from_params(vocabulary, "vocabulary"))
