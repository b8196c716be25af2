"""Shapes of the generator and the discriminator."""

from dataclasses import dataclass, replace
from typing import Literal, Self

from selectra_pipeline.config.base import Config, ConfigError, require

EncoderName = Literal["discriminator", "generator"]

SIZES = (
    "hidden_size",
    "num_layers",
    "num_heads",
    "intermediate_size",
    "embedding_size",
    "max_position_embeddings",
    "generator_layers",
)


@dataclass(frozen=True)
class EncoderConfig(Config):
    """One encoder, complete: what a model is built from and what an exported `config.json` says.

    Sizes are numbers of units; `dropout` applies to hidden states, `attention_dropout` to the
    attention probabilities.
    """

    vocab_size: int
    embedding_size: int
    hidden_size: int
    num_layers: int
    num_heads: int
    intermediate_size: int
    max_position_embeddings: int
    type_vocab_size: int
    dropout: float
    attention_dropout: float
    layer_norm_epsilon: float
    initializer_range: float

    @property
    def head_size(self) -> int:
        return self.hidden_size // self.num_heads

    def with_dropout(self, rate: float) -> Self:
        """The same encoder with this dropout, of hidden states and of attention."""
        return replace(self, dropout=rate, attention_dropout=rate)


@dataclass(frozen=True)
class ArchitectureConfig(Config):
    """An ELECTRA: the discriminator, and the generator as a share of it (paper, section 3.2).

    Attributes:
        hidden_size, num_layers, num_heads, intermediate_size: of the discriminator: width of its
            states, encoder layers, attention heads, width within the feed-forward network.
        embedding_size: width of the word, position and type tables, shared by both encoders;
            None means hidden_size.
        max_position_embeddings, type_vocab_size: entries of the tables of positions and segments.
        dropout, attention_dropout: rates for hidden states and for attention's probabilities.
        layer_norm_epsilon: added to the variance.
        initializer_range: deviation of the truncated normal that weights are drawn from.
        generator_size: width of the generator as a share of hidden_size.
        generator_layers: None means num_layers, as in the original.
    """

    hidden_size: int = 128
    num_layers: int = 4
    num_heads: int = 2
    intermediate_size: int = 512
    embedding_size: int | None = None
    max_position_embeddings: int = 128
    type_vocab_size: int = 2
    dropout: float = 0.1
    attention_dropout: float = 0.1
    layer_norm_epsilon: float = 1e-12
    initializer_range: float = 0.02
    generator_size: float = 0.25
    generator_layers: int | None = None

    def __post_init__(self) -> None:
        for name in SIZES:
            value = getattr(self, name)
            require(value is None or value >= 1, f"{name}={value} must be at least 1")
        for name in ("layer_norm_epsilon", "initializer_range"):
            require(getattr(self, name) > 0, f"{name}={getattr(self, name)} must be above 0")
        _require_divisible("hidden_size", self.hidden_size, "num_heads", self.num_heads)
        for name in ("dropout", "attention_dropout"):
            value = getattr(self, name)
            require(0 <= value < 1, f"{name}={value} must be at least 0 and below 1")
        require(
            self.type_vocab_size >= 2,
            f"type_vocab_size={self.type_vocab_size} must be at least 2: there are two segments",
        )
        require(
            0 < self.generator_size <= 1,
            f"generator_size={self.generator_size} must be above 0 and at most 1",
        )
        width, heads = self._generator_width(), self._generator_heads()
        require(
            width % heads == 0,
            f"generator_size={self.generator_size} makes a generator {width} wide, which its "
            f"{heads} heads do not divide; choose a generator_size that gives a multiple of 64",
        )

    def discriminator(self, vocab_size: int) -> EncoderConfig:
        """The discriminator's shape for a vocabulary."""
        return self._encoder(
            vocab_size, self.hidden_size, self.num_layers, self.num_heads, self.intermediate_size
        )

    def generator(self, vocab_size: int, own_embeddings: bool = False) -> EncoderConfig:
        """The generator's shape: width round(share * H), heads max(1, width // 64), FFN 4 width.

        Embeddings of its own are as wide as itself (original: untied_generator_embeddings).
        """
        width = self._generator_width()
        layers = self.num_layers if self.generator_layers is None else self.generator_layers
        encoder = self._encoder(vocab_size, width, layers, self._generator_heads(), 4 * width)
        return replace(encoder, embedding_size=width) if own_embeddings else encoder

    def _generator_width(self) -> int:
        return max(1, round(self.generator_size * self.hidden_size))

    def _generator_heads(self) -> int:
        return max(1, self._generator_width() // 64)

    def _encoder(
        self, vocab_size: int, width: int, layers: int, heads: int, intermediate: int
    ) -> EncoderConfig:
        return EncoderConfig(
            vocab_size=vocab_size,
            embedding_size=self.embedding_size or self.hidden_size,
            hidden_size=width,
            num_layers=layers,
            num_heads=heads,
            intermediate_size=intermediate,
            max_position_embeddings=self.max_position_embeddings,
            type_vocab_size=self.type_vocab_size,
            dropout=self.dropout,
            attention_dropout=self.attention_dropout,
            layer_norm_epsilon=self.layer_norm_epsilon,
            initializer_range=self.initializer_range,
        )


def _require_divisible(name: str, value: int, by_name: str, by: int) -> None:
    if value % by:
        below, above = value // by * by, (value // by + 1) * by
        choices = f"{below} or {above}" if below else str(above)
        raise ConfigError(
            f"{name}={value} is not divisible by {by_name}={by}; "
            f"use {choices} in parameters_pretraining.yml"
        )
