"""The model of a finished pre-training run, with its tokenizer."""

from typing import NamedTuple

import tensorflow as tf

from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

TOKENIZER_DIRECTORY = "tokenizer"  # in the directory of a run: its own copy


class TrainedElectra(NamedTuple):
    """Weights in float32, the tokenizer they were trained with, and the run's configuration."""

    model: Electra
    tokenizer: Tokenizer
    config: PretrainingConfig


def load_trained(pretraining: Manifest) -> TrainedElectra:
    """Build the model that `pretraining` (Manifest of kind "pretraining") describes.

    Raises:
        ValueError: the tokenizer was changed, or the checkpoint is of another model.
    """
    config = PretrainingConfig.from_params(pretraining.facts["config"])
    tokenizer = Tokenizer.load(pretraining.directory / TOKENIZER_DIRECTORY)
    model = Electra.create(config.architecture, tokenizer.size, "float32", config.seed)
    index = next(path for path in pretraining.paths("checkpoint") if path.suffix == ".index")
    try:
        status = tf.train.Checkpoint(weights=model.weights_by_path()).restore(str(index.with_suffix("")))
        status.assert_existing_objects_matched().expect_partial()
    except (tf.errors.OpError, AssertionError, ValueError) as error:
        raise ValueError(
            f"{index} does not hold the weights that {pretraining.directory} describes ({error}); "
            "delete the manifest and run pre-training again: it goes on from its checkpoints"
        ) from error
    return TrainedElectra(model, tokenizer, config)
