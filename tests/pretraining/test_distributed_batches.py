import itertools

import numpy as np
import tensorflow as tf

from selectra_pipeline.pretraining.distributed_batches import distribute
from selectra_pipeline.records.reader import Batch


class Shares:
    """Stands for a strategy: keeps what one of several hosts would get."""

    def __init__(self, host: int, hosts: int, replicas: int) -> None:
        self.context = tf.distribute.InputContext(hosts, host, replicas)

    def distribute_datasets_from_function(self, for_host):
        return for_host(self.context)


def batches(count=2, rows=8, length=3) -> tf.data.Dataset:
    ids = np.arange(count * rows * length, dtype=np.int32).reshape(count, rows, length)
    return tf.data.Dataset.from_tensor_slices(Batch(ids, ids, ids))


def shares(host, hosts, replicas, take, dataset=None) -> list[np.ndarray]:
    distributed = distribute(Shares(host, hosts, replicas), dataset or batches())
    return [batch.input_ids.numpy() for batch in itertools.islice(distributed, take)]


def test_replicas_get_the_rows_of_a_batch_in_order():
    whole = [batch.input_ids.numpy() for batch in batches()]
    first_host, second_host = (shares(host, 2, 4, take=4) for host in range(2))
    for number in range(2):
        parts = [*first_host[2 * number : 2 * number + 2], *second_host[2 * number :][:2]]
        np.testing.assert_array_equal(np.concatenate(parts), whole[number])


def test_the_share_of_a_replica_has_a_known_size():
    spec = distribute(Shares(1, 2, 4), batches()).element_spec
    assert spec.input_ids.shape == (2, 3)


def test_batches_of_varying_length_are_shared_too():
    def lengthen(batch):
        return Batch(
            *(tf.ensure_shape(tf.pad(x, [[0, 0], [0, x[0, 0]]]), [8, None]) for x in batch)
        )

    parts = shares(0, 1, 2, take=4, dataset=batches().map(lambda *b: lengthen(Batch(*b))))
    assert [part.shape for part in parts] == [(4, 3), (4, 3), (4, 27), (4, 27)]


def test_after_the_last_batch_comes_the_first():
    parts = shares(0, 1, 1, take=3)
    np.testing.assert_array_equal(parts[2], parts[0])
