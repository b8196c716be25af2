"""Run as a script: what MirroredStrategy on two virtual CPUs computes, as JSON on stdout."""

import json
from types import SimpleNamespace

import numpy as np
import tensorflow as tf

from selectra_pipeline.config.pretraining import OptimizerConfig
from selectra_pipeline.training.optimizer import AdamW, clip_by_global_norm
from selectra_pipeline.training.replicas import global_mean

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
assert strategy.num_replicas_in_sync == 2

with strategy.scope():
    variable = tf.Variable([1.0, -2.0])
    keras_like = SimpleNamespace(value=variable, shape=variable.shape, path="layer/kernel")
    optimizer = AdamW([keras_like], OptimizerConfig(), lambda step: 0.1)


@tf.function
def step():
    def replica_step():
        replica = tf.cast(tf.distribute.get_replica_context().replica_id_in_sync_group, tf.float32)
        gradient = tf.stack([3.0 + replica, 1.0 - replica])  # [3, 1] and [4, 0]: the sum is [7, 1]
        clipped, norm = clip_by_global_norm([gradient], 1.0)
        optimizer.apply(clipped)
        # 1 value of weight 1 on replica 0, 3 on replica 1.
        values = tf.fill([3], 10.0 * (replica + 1.0))
        weights = tf.sequence_mask(1 + 2 * tf.cast(replica, tf.int32), 3)
        return norm, global_mean(values, weights)

    return strategy.run(replica_step)


norm, mean = step()
mean_sum = strategy.reduce(tf.distribute.ReduceOp.SUM, mean, axis=None)
step()
copies = [np.array(copy).tolist() for copy in strategy.experimental_local_results(variable)]
print(
    json.dumps(
        {
            "norms": [float(n) for n in strategy.experimental_local_results(norm)],
            "mean": float(mean_sum),
            "weights": copies,
            "first": optimizer.first[0].numpy().tolist(),
            "second": optimizer.second[0].numpy().tolist(),
            "steps": int(optimizer.step.numpy()),
        }
    )
)
