"""Served models of every kind with random weights, as if they had been read from a folder."""

import dataclasses

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.config.vocabulary import SPECIAL_TOKENS
from selectra_pipeline.downstream.heads import SequenceHead, TokenClassificationHead
from selectra_pipeline.downstream.task_model import TaskModel
from selectra_pipeline.model.heads import ReplacedTokenHead
from selectra_pipeline.model.initialization import initial_value
from selectra_pipeline.serving.served_model import Kind, ServedModel
from selectra_pipeline.vocabulary.tokenizer import Tokenizer

TOKENIZER = Tokenizer([*SPECIAL_TOKENS, "Llovía", "llovió", "en", "Luarca", "##ca", "Lu", "##ar"])
ENCODER = EncoderConfig(
    vocab_size=TOKENIZER.size, embedding_size=24, hidden_size=24, num_layers=2, num_heads=3,
    intermediate_size=40, max_position_embeddings=20, type_vocab_size=2, dropout=0.0,
    attention_dropout=0.0, layer_norm_epsilon=1e-12, initializer_range=0.1,
)  # fmt: skip
NARROW = dataclasses.replace(ENCODER, embedding_size=16)

LABELS: dict[Kind, tuple[str, ...]] = {
    "discriminator": (),
    "classifier": ("cielo", "tierra", "agua"),
    "tagger": ("O", "B-LUGAR", "I-LUGAR"),
}


def random_served(
    kind: Kind, encoder: EncoderConfig = ENCODER, labels: tuple[str, ...] | None = None
) -> ServedModel:
    """Always the same weights, wide enough to show in the logits. No labels: one value."""
    labels = LABELS[kind] if labels is None else labels
    model = TaskModel(encoder, _head(kind, encoder, len(labels) or 1))
    model.build()
    for variable in model.trainable_variables:
        # Drawn for all, that no bias is 0 and no gamma 1.
        drawn = initial_value(f"{variable.path}/drawn", variable.shape, 0.4, 3)
        variable.assign(drawn + (1.0 if variable.path.endswith("gamma") else 0.0))
    return ServedModel(f"models/{kind}", kind, model, TOKENIZER, labels)


def _head(kind: Kind, encoder: EncoderConfig, outputs: int):
    if kind == "discriminator":
        return ReplacedTokenHead(encoder, dtype="float32", name="discriminator_head")
    head = SequenceHead if kind == "classifier" else TokenClassificationHead
    return head(encoder, outputs, dtype="float32", name="head")
