"""Run as a script: what MirroredStrategy on two virtual CPUs computes, as JSON on stdout."""

import json
from types import SimpleNamespace

import numpy as np
import tensorflow as tf

from selectra_pipeline.config.pretraining import OptimizerConfig
from selectra_pipeline.pretraining.loss_scale import LossScale
from selectra_pipeline.pretraining.replicas import global_sum
from selectra_pipeline.training.optimizer import AdamW

tf.config.set_logical_device_configuration(
    tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
)
strategy = tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])
assert strategy.num_replicas_in_sync == 2

with strategy.scope():
    variable = tf.Variable([1.0, -2.0])
    keras_like = SimpleNamespace(value=variable, shape=variable.shape, path="layer/kernel")
    loss_scale = LossScale()
    optimizer = AdamW([keras_like], OptimizerConfig(), lambda step: 0.1)


@tf.function
def step():
    def replica_step():
        replica = tf.cast(tf.distribute.get_replica_context().replica_id_in_sync_group, tf.float32)
        gradient = tf.stack([3.0 + replica, 1.0 - replica])  # [3, 1] and [4, 0]: the sum is [7, 1]
        clipped, norm = tf.clip_by_global_norm(global_sum([gradient]), 1.0)
        finite = tf.math.is_finite(norm)
        optimizer.apply(clipped, only_if=finite)
        loss_scale.update(finite)
        return norm

    return strategy.run(replica_step)


norm = step()
step()
copies = [np.array(copy).tolist() for copy in strategy.experimental_local_results(variable)]
print(
    json.dumps(
        {
            "norms": [float(n) for n in strategy.experimental_local_results(norm)],
            "weights": copies,
            "first": optimizer.first[0].numpy().tolist(),
            "second": optimizer.second[0].numpy().tolist(),
            "steps": int(optimizer.step.numpy()),
            "quiet_steps": int(loss_scale.quiet_steps.numpy()),
        }
    )
)
