"""Settings beside released weights that no shape shows and a later training needs."""

import pathlib
from collections.abc import Mapping
from typing import Any

from selectra_pipeline.config.architecture import EncoderName
from selectra_pipeline.interchange.huggingface_folder import read_config, read_mapping

HYPERPARAMETERS_FILE = "hparams.json"  # beside a checkpoint for google-research/electra

# Of config.json, and of "model_hparam_overrides" in HYPERPARAMETERS_FILE: theirs | ours.
CARRIED_SETTINGS = {
    "num_attention_heads": "num_heads",
    "hidden_dropout_prob": "dropout",
    "attention_probs_dropout_prob": "attention_dropout",
    "initializer_range": "initializer_range",
}


def of_hugging_face(folder: pathlib.Path) -> dict[str, Any]:
    """What the config.json of a folder says, by our names."""
    return _carried(read_config(folder))


def of_original(folder: pathlib.Path, encoder: EncoderName) -> dict[str, Any]:
    """What hparams.json beside a checkpoint of google-research/electra says, if it is there.

    A generator's heads follow from its width, as the original has it.
    """
    file = folder / HYPERPARAMETERS_FILE
    if not file.exists():
        return {}
    stated = _carried(read_mapping(file).get("model_hparam_overrides", {}))
    if encoder == "generator":
        stated.pop("num_heads", None)
    return stated


def _carried(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {ours: settings[key] for key, ours in CARRIED_SETTINGS.items() if key in settings}
