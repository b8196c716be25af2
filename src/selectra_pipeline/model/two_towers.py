"""The generator of Electric: one tower reads what comes before a word, one what comes after."""

import keras
import tensorflow as tf

from selectra_pipeline.config.architecture import EncoderConfig
from selectra_pipeline.model.encoder import Encoder
from selectra_pipeline.model.noise import Noise


class TwoTowers(keras.layers.Layer):
    """States that know all words but the one at their own position (Clark et al., EMNLP 2020).

    Unlike masking, one pass gives a prediction at every position.

    Call arguments:
        embedded: [batch, seq, embedding_size], of the words themselves.
        input_mask: [batch, seq]; 1 for tokens, 0 for padding.
        noise: of all dropout; None means inference.

    Returns:
        [batch, seq, 2 hidden_size]: position t has the left-to-right tower's state of t - 1 and
        the right-to-left tower's of t + 1, zeros beyond the ends.
    """

    def __init__(self, config: EncoderConfig, **kwargs) -> None:
        super().__init__(**kwargs)
        policy = self.dtype_policy
        self.left_to_right = Encoder(config, "forward", dtype=policy, name="left_to_right")
        self.right_to_left = Encoder(config, "backward", dtype=policy, name="right_to_left")

    def build(self, input_shape=None) -> None:
        self.left_to_right.build()
        self.right_to_left.build()

    def call(
        self, embedded: tf.Tensor, input_mask: tf.Tensor, noise: Noise | None = None
    ) -> tf.Tensor:
        noises = [None if noise is None else noise.fold_in(i) for i in range(2)]
        before = self.left_to_right(embedded, input_mask, noise=noises[0])
        after = self.right_to_left(embedded, input_mask, noise=noises[1])
        return tf.concat(
            [
                tf.pad(before[:, :-1], [[0, 0], [1, 0], [0, 0]]),
                tf.pad(after[:, 1:], [[0, 0], [0, 1], [0, 0]]),
            ],
            axis=-1,
        )
