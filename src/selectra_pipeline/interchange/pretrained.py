"""A finished pre-training run, checked before it is exported or put to work."""

from pathlib import Path

import tensorflow as tf

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.model.trained import TOKENIZER_DIRECTORY, TrainedElectra, load_trained
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

INDEX_SUFFIX = ".index"
WORD_TABLE = "embeddings/word_embeddings"


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


def load_pretrained(pretraining: Manifest) -> TrainedElectra:
    """The model of the run's last checkpoint, in float32, with its tokenizer.

    Raises:
        ConfigError: as `load_tokenizer`, or the vocabulary is not the checkpoint's.
    """
    tokenizer = load_tokenizer(pretraining)
    index = next(path for path in pretraining.paths("checkpoint") if path.suffix == INDEX_SUFFIX)
    rows = _word_table_rows(index)
    if rows != tokenizer.size:
        raise ConfigError(
            f"{pretraining.directory / TOKENIZER_DIRECTORY} has {tokenizer.size} entries, but the "
            f"word table in {index} has {rows} rows; restore the tokenizer that the run was "
            "trained with"
        )
    return load_trained(pretraining)


def _word_table_rows(index: Path) -> int:
    reader = tf.train.load_checkpoint(str(index.with_suffix("")))
    shapes = reader.get_variable_to_shape_map()
    return next(shape[0] for name, shape in shapes.items() if WORD_TABLE in name)
