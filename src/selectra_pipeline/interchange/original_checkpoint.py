"""Reading a checkpoint of google-research/electra, both encoders (TensorFlow 1)."""

import re
from pathlib import Path

import numpy as np
import tensorflow as tf

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.interchange.encoder_sizes import encoder_sizes
from selectra_pipeline.interchange.names import (
    ORIGINAL_STATE,
    UnknownNameError,
    path_from_original,
)
from selectra_pipeline.model.initial_weights import ENCODERS, InitialWeights, own_encoder

INDEX_SUFFIX = ".index"
STEP = "global_step"
OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"  # an entry of every checkpoint of TensorFlow 2


def find_checkpoint(source: Path) -> Path | None:
    """The path prefix of the checkpoint: `source` itself, or the newest one in that folder.

    Newest is what TensorFlow's file `checkpoint` names, or the only one there is.

    Raises:
        ConfigError: several, none of which is named as the newest.
    """
    if not source.is_dir():
        if source.suffix == INDEX_SUFFIX:
            source = source.with_suffix("")
        return source if source.with_name(source.name + INDEX_SUFFIX).exists() else None
    newest = tf.train.latest_checkpoint(str(source))
    if newest is not None:
        return Path(newest)
    prefixes = sorted(path.with_suffix("") for path in source.glob(f"*{INDEX_SUFFIX}"))
    if len(prefixes) > 1:
        raise ConfigError(
            f"{source} holds several checkpoints ({', '.join(path.name for path in prefixes)}); "
            f"name one of them: {prefixes[-1]}"
        )
    return prefixes[0] if prefixes else None


def read_original_checkpoint(prefix: Path) -> InitialWeights:
    """The weights of the original's checkpoint; its step and optimizer slots are ignored.

    A checkpoint does not tell the number of attention heads.

    Raises:
        ConfigError: the files are damaged, or are a checkpoint of TensorFlow 2.
    """
    values: dict[str, np.ndarray] = {}
    unknown, ignored = [], []
    try:
        reader = tf.train.load_checkpoint(str(prefix))
        names = sorted(reader.get_variable_to_shape_map())
        _check_format(prefix, names)
        for name in names:
            if re.fullmatch(ORIGINAL_STATE, name):
                ignored.append(name)
                continue
            try:
                path = path_from_original(name)
            except UnknownNameError:
                unknown.append(name)
                continue
            values[path] = reader.get_tensor(name).astype(np.float32)
    except (tf.errors.OpError, RuntimeError) as error:
        raise ConfigError(
            f"{prefix} is damaged ({error}); copy its {INDEX_SUFFIX} and .data files anew"
        ) from error
    present = {own_encoder(path) for path in values}
    return InitialWeights(
        source=str(prefix),
        values=values,
        sizes={name: encoder_sizes(values, name) for name in ENCODERS if name in present},
        unknown=tuple(unknown),
        ignored=tuple(ignored),
    )


def read_step(prefix: Path) -> int | None:
    """The step that a checkpoint of the original was saved at, if it says so."""
    reader = tf.train.load_checkpoint(str(prefix))
    return int(reader.get_tensor(STEP)) if reader.has_tensor(STEP) else None


def _check_format(prefix: Path, names: list[str]) -> None:
    if OBJECT_GRAPH in names:
        raise ConfigError(
            f"{prefix} is a checkpoint of TensorFlow 2, not of google-research/electra; of a run "
            "of this project, name the export (06_models/RUN/huggingface)"
        )
