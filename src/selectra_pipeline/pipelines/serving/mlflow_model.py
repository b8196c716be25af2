"""A SavedModel as a model of MLflow: logged to the active run, and registered if that is wanted."""

import importlib.metadata
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema
from mlflow.types.schema import Array, Map, Object, Property

from selectra_pipeline.config.serving import ServingConfig
from selectra_pipeline.serving.saved_model import VERSION_FOLDER
from selectra_pipeline.serving.signatures import DEFAULT
from selectra_pipeline.shards.files import local_copy
from selectra_pipeline.shards.manifest import Manifest

SCRIPT = Path(__file__).with_name("mlflow_script.py")
ARTIFACT = "saved_model"  # the script's name for it
MODEL_NAME = "served_model"
TEXT, SECOND_TEXT = "text", "second_text"
REQUIREMENTS = ("mlflow", "tensorflow", "tensorflow-text", "numpy", "pandas")

PLACE = {"begin": "long", "end": "long"}
LABELLED = {"text": "string", "score": "double", **PLACE}
# The records of a default signature: rows of these columns, by the name that they have there.
ROWS = {
    "replaced_tokens": ("pieces", {"piece": "string", "replaced": "double", **PLACE}),
    "entities": ("entities", {"type": "string", **LABELLED}),
    "words": ("words", {"tag": "string", **LABELLED}),
}


def log_model(saved_model: Manifest, config: ServingConfig) -> dict[str, Any]:
    """Log a SavedModel with a script that MLflow runs, no pickles; returns where it is.

    Args:
        saved_model: a manifest of kind "saved_model".

    Returns:
        `model_uri`, which `mlflow models serve` takes; `run_id`; `registered_version`, or None.
    """
    example = pd.DataFrame({TEXT: [text for text in saved_model.facts["examples"] if text]})
    with local_copy(saved_model.directory / VERSION_FOLDER) as folder:
        info = mlflow.pyfunc.log_model(
            name=MODEL_NAME,
            python_model=str(SCRIPT),
            artifacts={ARTIFACT: str(folder)},
            model_config={"max_batch": saved_model.facts["max_batch"]},
            signature=model_signature(saved_model),
            input_example=example,
            pip_requirements=pinned_requirements(),
            registered_model_name=config.registered_name,
            metadata={name: saved_model.facts[name] for name in ("kind", "signatures", "source")},
        )
    return {
        "model_uri": info.model_uri,
        "run_id": info.run_id,
        "registered_version": info.registered_model_version,
    }


def model_signature(saved_model: Manifest) -> ModelSignature:
    """The table that goes in and the records of the default signature that come out."""
    facts = saved_model.facts
    columns = [ColSpec("string", TEXT)]
    if "pairs" in facts["signatures"]:
        columns.append(ColSpec("string", SECOND_TEXT, required=False))
    _, main, *_ = facts["signatures"]  # the default one, and its own name
    if main in ROWS:
        name, types = ROWS[main]
        row = Object([Property(column, kind) for column, kind in types.items()])
        outputs = [ColSpec(Array(row), name)]
    elif facts["label_names"]:
        outputs = [ColSpec("string", "label"), ColSpec(Map("double"), "probabilities")]
    else:
        outputs = [ColSpec("double", "value")]
    params = ParamSchema([ParamSpec("signature", "string", DEFAULT)])
    return ModelSignature(Schema(columns), Schema(outputs), params)


def pinned_requirements() -> list[str]:
    """The installed versions of what the script and the SavedModel need."""
    return [f"{name}=={importlib.metadata.version(name)}" for name in REQUIREMENTS]
