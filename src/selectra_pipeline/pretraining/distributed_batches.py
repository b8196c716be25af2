"""Global batches shared out to replicas."""

import tensorflow as tf

from selectra_pipeline.records.reader import Batch


def distribute(
    strategy: tf.distribute.Strategy, batches: tf.data.Dataset
) -> tf.distribute.DistributedDataset:
    """Give every replica its rows of each global batch, again and again: the first the first ones.

    Every host reads whole batches and keeps its part. TensorFlow's own sharing would lose the
    static shape of the batch with several hosts, and leaves open who gets which rows.
    """

    def for_host(context: tf.distribute.InputContext) -> tf.data.Dataset:
        replicas = context.num_replicas_in_sync
        here = replicas // context.num_input_pipelines
        first = context.input_pipeline_id * here

        def split(batch: Batch) -> tf.data.Dataset:
            rows = batch.input_ids.shape[0] // replicas
            length = batch.input_ids.shape[1] or tf.shape(batch.input_ids)[1]
            parts = (tf.reshape(x, [replicas, rows, length])[first : first + here] for x in batch)
            return tf.data.Dataset.from_tensor_slices(Batch(*parts))

        # Endless, because several hosts would take an end for batches of unknown size before it.
        return batches.flat_map(split).repeat().prefetch(2 * here)

    return strategy.distribute_datasets_from_function(for_host)
