"""A model to serve, of any kind that is served, read from a folder that transformers loads."""

from typing import Literal, NamedTuple

import keras

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.config.base import ConfigError, require
from selectra_pipeline.config.vocabulary import VocabularyConfig
from selectra_pipeline.downstream.heads import SequenceHead, TokenClassificationHead
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.interchange.huggingface import HUGGING_FACE_CLASS
from selectra_pipeline.interchange.huggingface_folder import read_config
from selectra_pipeline.interchange.model_folder import read_model
from selectra_pipeline.model.heads import ReplacedTokenHead
from selectra_pipeline.shards.files import local_copy
from selectra_pipeline.shards.paths import Path, as_path
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

# What is served, by the class that transformers loads it as.
Kind = Literal["discriminator", "classifier", "tagger"]
KINDS: dict[str, Kind] = {
    HUGGING_FACE_CLASS["discriminator"]: "discriminator",
    "ElectraForSequenceClassification": "classifier",
    "ElectraForTokenClassification": "tagger",
}

# A variable with an entry for each output.
OUTPUT_BIAS: dict[Kind, str] = {
    "discriminator": "electra/discriminator_head/dense_prediction/bias",
    "classifier": "electra/head/out_proj/bias",
    "tagger": "electra/head/classifier/bias",
}


class ServedModel(NamedTuple):
    """A model that is ready to compute, and what its outputs mean.

    Attributes:
        source: the folder it was read from.
        kind: a discriminator gives a logit a token (above 0: replaced), a classifier one a class
            or, trained on regression, a value; a tagger one a token and tag.
        model: called with a `Batch` or `PackedBatch`; gives logits [batch, seq],
            [batch, classes] or [batch, seq, tags]. Its `states` are the encoder's.
        label_names: classes or tags in the order of their numbers; empty for a discriminator and
            where there is one value.
    """

    source: str
    kind: Kind
    model: TaskModel
    tokenizer: Tokenizer
    label_names: tuple[str, ...]

    @property
    def config(self) -> EncoderConfig:
        return self.model.config


def load_served(source: str | Path, vocabulary: VocabularyConfig) -> ServedModel:
    """Read a model with its tokenizer.

    Args:
        source: a folder on any storage: of a discriminator, the export of a run (its discriminator
            is taken), or of a fine-tuned classifier or tagger.
        vocabulary: whether a tokenizer that strips accents is agreed to, and whether one without
            accented entries is.

    Raises:
        ConfigError: no such folder, a model of another class, or one that is damaged.
        VocabularyError: no tokenizer, or one that strips accents.
    """
    folder = as_path(source)
    if (folder / "discriminator").is_dir():
        folder = folder / "discriminator"
    require(folder.is_dir(), f"there is no folder {folder}; name an exported or fine-tuned model's")
    require(
        not (folder / "generator").is_dir(),
        f"{folder} holds no discriminator: a run with pretraining.objective.task=mlm trains none; "
        "name another model",
    )
    hugging_face_class = _class_of(folder)
    kind = KINDS[hugging_face_class]
    found = read_model(folder, hugging_face_class, vocabulary)
    names = () if kind == "discriminator" else found.label_names
    bias = found.values.get(OUTPUT_BIAS[kind])
    require(bias is not None, f"{folder} has no weights of the head that config.json names")
    outputs = bias.shape[0]
    if outputs == 1:
        names = ()
    elif len(names) != outputs:
        raise ConfigError(
            f"{folder} has {outputs} outputs, but config.json names {len(names)} classes in "
            "id2label; name them all"
        )
    head = _head(kind, found.config, outputs)
    return ServedModel(
        str(source),
        kind,
        TaskModel.restore(found.config, head, found.values),
        found.tokenizer,
        names,
    )


def _class_of(folder: Path) -> str:
    with local_copy(folder) as local:
        classes = read_config(local).get("architectures") or ["a model of no known class"]
    if classes[0] not in KINDS:
        raise ConfigError(
            f"{folder} holds {classes[0]}; only {', '.join(KINDS)} are served: name another folder"
        )
    return classes[0]


def _head(kind: Kind, config: EncoderConfig, outputs: int) -> keras.layers.Layer:
    if kind == "discriminator":
        return ReplacedTokenHead(config, dtype="float32", name="discriminator_head")
    head = SequenceHead if kind == "classifier" else TokenClassificationHead
    return head(config, outputs, dtype="float32", name="head")
