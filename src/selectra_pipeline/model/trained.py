"""The model of a finished pre-training run, with its tokenizer, checked before it is used."""

import dataclasses
from typing import NamedTuple

import tensorflow as tf

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.checkpoint import CheckpointConfig
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.shards.paths import Path
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

TOKENIZER_DIRECTORY = "tokenizer"  # in the directory of a run: its own copy
INDEX_SUFFIX = ".index"
WORD_TABLE = "weights/electra.Sembeddings.Sword_embeddings"


class TrainedElectra(NamedTuple):
    """Weights in float32, the tokenizer they were trained with, and the run's configuration."""

    model: Electra
    tokenizer: Tokenizer
    config: PretrainingConfig


def load_tokenizer(pretraining: Manifest) -> Tokenizer:
    """The tokenizer that made the run's training data.

    Raises:
        ConfigError: the manifest is that of another stage, or of a run that has not finished.
    """
    if pretraining.kind != "pretraining":
        raise ConfigError(
            f"{pretraining.directory} holds {pretraining.kind!r}, not a pre-training run; name "
            "the directory that the pre-training stage wrote"
        )
    if not any(path.suffix == INDEX_SUFFIX for path in pretraining.paths("checkpoint")):
        raise ConfigError(
            f"{pretraining.directory} lists no checkpoint: the run has not finished; run the "
            "pre-training stage again: it goes on from where it stopped"
        )
    return Tokenizer.load(pretraining.directory / TOKENIZER_DIRECTORY)


def at_best_checkpoint(pretraining: Manifest, wanted: CheckpointConfig) -> Manifest:
    """The manifest that the run would have, had it ended at its best checkpoint.

    Raises:
        ConfigError: the run kept none, or by another metric than is wanted.
    """
    best = pretraining.facts.get("best")
    if best is None:
        raise ConfigError(
            f"the run in {pretraining.directory} kept no best checkpoint, and a finished run makes "
            "none; set export.checkpoint=last, or train a new run (--params run=NAME) with "
            "pretraining.checkpoint.keep_best=1 from its start"
        )
    kept_by = PretrainingConfig.from_params(pretraining.facts["config"]).checkpoint.best_metric
    if kept_by != wanted.best_metric:
        raise ConfigError(
            f"the run in {pretraining.directory} kept its best checkpoint by {kept_by}, not by "
            f"pretraining.checkpoint.best_metric={wanted.best_metric}; set that to {kept_by} to "
            "export this one, or train a new run (--params run=NAME)"
        )
    return dataclasses.replace(
        pretraining,
        shards={"checkpoint": pretraining.shards["best"]},
        facts={**pretraining.facts, **best},
    )


def load_trained(pretraining: Manifest) -> TrainedElectra:
    """The model of the run's last checkpoint, with its tokenizer.

    Raises:
        ConfigError: as `load_tokenizer`; or the vocabulary or the architecture is not the
            checkpoint's.
    """
    tokenizer = load_tokenizer(pretraining)
    index = next(path for path in pretraining.paths("checkpoint") if path.suffix == INDEX_SUFFIX)
    prefix = index.with_suffix("")
    _check_vocabulary(prefix, tokenizer)
    config = PretrainingConfig.from_params(pretraining.facts["config"])
    model = Electra.create(
        config.architecture, tokenizer.size, "float32", config.seed, config.objective
    )
    try:
        checkpoint = tf.train.Checkpoint(weights=model.weights_by_path())
        checkpoint.restore(str(prefix)).assert_existing_objects_matched().expect_partial()
    except (tf.errors.OpError, AssertionError, ValueError) as error:
        raise ConfigError(
            f"{prefix} does not hold the weights that {pretraining.directory} describes ({error}); "
            "delete the manifest and run pre-training again: it goes on from its checkpoints"
        ) from error
    return TrainedElectra(model, tokenizer, config)


def _check_vocabulary(prefix: Path, tokenizer: Tokenizer) -> None:
    # `tf.train.list_variables` asks first whether the prefix is a folder: on some storage it is.
    reader = tf.compat.v1.train.NewCheckpointReader(str(prefix))
    shapes = reader.get_variable_to_shape_map()
    rows = next(shape[0] for name, shape in shapes.items() if name.startswith(WORD_TABLE))
    if rows != tokenizer.size:
        raise ConfigError(
            f"the run's tokenizer has {tokenizer.size} entries, but the word table in {prefix} has "
            f"{rows} rows; restore the tokenizer that the run was trained with"
        )
