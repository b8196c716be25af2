"""Model FLOPs: the arithmetic that a training step cannot do without.

Counted are matrix products alone, 2 FLOPs for each multiply-add, as is usual for MFU (Chowdhery et
al. 2022, appendix B): what softmax, LayerNorm, GELU, dropout, masking and the optimizer cost is
left out, and so is anything computed twice to save memory. Padding counts as tokens, since the
device computes it.

A layer of width h and feed-forward width i does 8 h^2 + 4 L h + 4 h i FLOPs for a token of a
sequence of length L: query, key, value and output projections; attention scores and the mean of the
values; feed-forward. The generator's output is a product with the whole word table, but at the
predicted positions only. A backward pass is two products for each one of the forward pass, the
gradients of both factors, so training costs three times the forward pass.

SELECTRA small at length 512, a token, forward: discriminator 12 layers of 2,097,152 and its head
131,584; generator 12 layers of 229,376, its projection 32,768, and 79 predictions of 512 tokens at
25,632,768 each, most of it the word table. Together 32.0 million; three times that, 96 million, is
a token of training.
"""

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.config.objective import ObjectiveConfig
from selectra_pipeline.model.electra import Electra

TRAINING_PASSES = 3  # forward, gradients of the activations, gradients of the weights


def training_flops(model: Electra, objective: ObjectiveConfig, length: int) -> int:
    """FLOPs of training on one example.

    Args:
        length: tokens of the example, padding included.
    """
    forward = 0
    if objective.predicts_words:
        everywhere = objective.task == "electric"
        predictions = length if everywhere else objective.masking.max_predictions(length)
        towers = 2 if everywhere else 1
        forward += generator_flops(model.generator_config, length, predictions, towers)
    if objective.detects:
        forward += discriminator_flops(model.discriminator_config, length)
    return TRAINING_PASSES * forward


def generator_flops(config: EncoderConfig, length: int, predictions: int, towers: int = 1) -> int:
    """FLOPs of the generator's forward pass over one example, word prediction included.

    Args:
        predictions: positions at which words are predicted, unused ones included.
        towers: encoders whose states are joined for a prediction.
    """
    transform = 2 * towers * config.hidden_size * config.embedding_size
    words = 2 * config.embedding_size * config.vocab_size
    return towers * encoder_flops(config, length) + predictions * (transform + words)


def discriminator_flops(config: EncoderConfig, length: int) -> int:
    """FLOPs of the discriminator's forward pass over one example, its head included."""
    head = 2 * config.hidden_size * (config.hidden_size + 1)
    return encoder_flops(config, length) + length * head


def encoder_flops(config: EncoderConfig, length: int) -> int:
    """FLOPs of an encoder's forward pass over one example, from the embeddings on."""
    width = config.hidden_size
    projections = 2 * 4 * width * width
    attention = 2 * 2 * length * width  # all heads together
    feed_forward = 2 * 2 * width * config.intermediate_size
    per_token = config.num_layers * (projections + attention + feed_forward)
    if config.embedding_size != width:
        per_token += 2 * config.embedding_size * width
    return length * per_token
