import tensorflow as tf

from selectra_pipeline.training.replicas import global_mean, global_sum


def test_the_mean_leaves_out_what_has_weight_0():
    values, weights = tf.constant([[1.0, 2.0, 50.0]]), tf.constant([[1, 1, 0]])
    assert float(global_mean(values, weights)) == 1.5


def test_the_mean_of_nothing_is_0():
    assert float(global_mean(tf.ones([2, 3]), tf.zeros([2, 3]))) == 0.0


def test_on_one_device_the_sum_is_the_value():
    assert float(global_sum(tf.constant(3.0))) == 3.0
