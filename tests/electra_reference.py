"""The recorded numbers of google-research/electra: where they are, and how their weights start."""

import math
import os
from pathlib import Path

import numpy as np

from selectra_pipeline.config.architecture import EncoderConfig

DIRECTORY = Path(os.environ.get("SELECTRA_REFERENCE_DIR") or Path(__file__).parent / "reference")
FILES = sorted(DIRECTORY.glob("electra_reference_*.json"))


def encoder_configs(config: dict) -> tuple[EncoderConfig, EncoderConfig]:
    """Generator and discriminator of a recorded configuration."""
    return (
        encoder_config(
            config,
            config["generator_hidden_size"],
            config["generator_num_attention_heads"],
            config["generator_intermediate_size"],
        ),
        encoder_config(
            config,
            config["hidden_size"],
            config["num_attention_heads"],
            config["intermediate_size"],
        ),
    )


def encoder_config(config: dict, hidden: int, heads: int, intermediate: int) -> EncoderConfig:
    return EncoderConfig(
        vocab_size=config["vocab_size"],
        embedding_size=config["embedding_size"],
        hidden_size=hidden,
        num_layers=config["num_hidden_layers"],
        num_heads=heads,
        intermediate_size=intermediate,
        max_position_embeddings=config["max_position_embeddings"],
        type_vocab_size=config["type_vocab_size"],
        dropout=config["dropout"],
        attention_dropout=config["dropout"],
        layer_norm_epsilon=config["layer_norm_epsilon"],
        initializer_range=0.02,
    )


def start_value(number: int, recorded: dict) -> np.ndarray:
    """0.05 sin(12.9898 k + 78.233 (n + 1)), plus 1 where the name ends in gamma."""
    k = np.arange(1, math.prod(recorded["shape"]) + 1, dtype=np.float64)
    values = 0.05 * np.sin(12.9898 * k + 78.233 * (number + 1))
    if recorded["name"].endswith("gamma"):
        values += 1.0
    return values.astype(np.float32).reshape(recorded["shape"])
