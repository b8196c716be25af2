"""What stands on the discriminator in fine-tuning, in place of the replaced-token head."""

import keras
import tensorflow as tf

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.model.dropout import dropout
from selectra_pipeline.model.noise import Noise


class TokenClassificationHead(keras.layers.Layer):
    """dense(dropout(x)) at every token (original: finetune/tagging).

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
