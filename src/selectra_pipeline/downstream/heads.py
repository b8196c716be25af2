"""What stands on the discriminator in fine-tuning, in place of the replaced-token head."""

import keras
import tensorflow as tf

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.model.activation import bias_gelu
from selectra_pipeline.model.dropout import dropout
from selectra_pipeline.model.noise import Noise
from selectra_pipeline.model.projection import product


class SequenceHead(keras.layers.Layer):
    """out_proj(dropout(gelu(dense(dropout(x))))) at [CLS] (`ElectraClassificationHead`).

    Call arguments:
        x: discriminator states, [batch, seq, hidden].
        noise: of the dropout; None means inference.

    Returns:
        logits, float32 [batch, outputs]
    """

    def __init__(self, config: EncoderConfig, outputs: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.dense = keras.layers.Dense(config.hidden_size, dtype=self.dtype_policy, name="dense")
        self.out_proj = keras.layers.Dense(outputs, dtype=self.dtype_policy, name="out_proj")

    def build(self, input_shape=None) -> None:
        self.dense.build((None, self.config.hidden_size))
        self.out_proj.build((None, self.config.hidden_size))

    def call(self, x: tf.Tensor, noise: Noise | None = None) -> tf.Tensor:
        noises = [None if noise is None else noise.fold_in(part) for part in range(2)]
        first = dropout(x[:, 0], self.config.dropout, noises[0])  # -> [batch, hidden]
        inner = bias_gelu(product(first, self.dense), self.dense.bias)
        return self.out_proj(dropout(inner, self.config.dropout, noises[1]))


class TokenClassificationHead(keras.layers.Layer):
    """classifier(dropout(x)) at every token (original: finetune/tagging).

    Call arguments:
        x: discriminator states, [batch, seq, hidden].
        noise: of the dropout; None means inference.

    Returns:
        logits, float32 [batch, seq, labels]
    """

    def __init__(self, config: EncoderConfig, num_labels: int, **kwargs) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.classifier = keras.layers.Dense(num_labels, dtype=self.dtype_policy, name="classifier")

    def build(self, input_shape=None) -> None:
        self.classifier.build((None, None, self.config.hidden_size))

    def call(self, x: tf.Tensor, noise: Noise | None = None) -> tf.Tensor:
        return self.classifier(dropout(x, self.config.dropout, noise))


class SpanHead(keras.layers.Layer):
    """qa_outputs(x): whether a span begins and ends at each token (`ElectraForQuestionAnswering`).

    Call arguments:
        x: discriminator states, [batch, seq, hidden].
        noise: not used: there is no dropout.

    Returns:
        logits of beginning and end, float32 [batch, seq, 2]
    """

    def __init__(self, config: EncoderConfig, **kwargs) -> None:
        super().__init__(**kwargs)
        self.config = config
        self.qa_outputs = keras.layers.Dense(2, dtype=self.dtype_policy, name="qa_outputs")

    def build(self, input_shape=None) -> None:
        self.qa_outputs.build((None, None, self.config.hidden_size))

    def call(self, x: tf.Tensor, noise: Noise | None = None) -> tf.Tensor:
        return self.qa_outputs(x)
