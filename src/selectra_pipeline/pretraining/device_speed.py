"""The ceiling that a run's speed is compared with: what its devices do at best."""

import logging
import time

import tensorflow as tf

from selectra_pipeline.config.pretraining import PretrainingConfig

logger = logging.getLogger(__name__)

SECONDS = 0.5  # of measuring
# Rows and columns of the matrices: enough to keep a device busy, few enough for a short product.
PROCESSOR_SIZE, ACCELERATOR_SIZE = 1024, 4096
# Narrowing and widening cost time, too: where products gain less than this, bfloat16 loses.
WORTHWHILE = 1.2


def peak_flops(config: PretrainingConfig, strategy: tf.distribute.Strategy) -> float:
    """FLOPs a second that all replicas together could do, configured or measured."""
    if config.peak_teraflops is not None:
        return config.peak_teraflops * 1e12 * strategy.num_replicas_in_sync
    peak = measure_flops(strategy, config.precision)
    logger.info(
        "the devices multiply matrices at %.3f TFLOP/s together; MFU is a share of that",
        peak / 1e12,
    )
    if config.precision == "bfloat16" and _on_processor(strategy):
        _warn_if_not_worthwhile(peak, measure_flops(strategy, "float32"))
    return peak


def _warn_if_not_worthwhile(bfloat16: float, float32: float) -> None:
    if bfloat16 < WORTHWHILE * float32:
        logger.warning(
            "this processor has no fast bfloat16: %.3f TFLOP/s, %.3f in float32; a run with "
            "pretraining.precision=float32 takes less time here",
            *(bfloat16 / 1e12, float32 / 1e12),
        )


def measure_flops(strategy: tf.distribute.Strategy, precision: str) -> float:
    """FLOPs a second of square matrix products on all replicas at once.

    At once, because replicas may share a processor. The fastest of several goes counts: whatever
    else keeps a machine busy does not lower its ceiling. A host measures its own replicas, and
    takes those of others to be like them: hosts that waited for one another here would wait for
    ever, since the number of goes depends on the clock.
    """
    size = _matrix_size(strategy)

    def multiply(count: tf.Tensor) -> tf.Tensor:
        noise = tf.random.stateless_uniform([size, size], [0, 1], alg="philox")
        factor = tf.cast(noise * (2.0 / size), precision)  # rows sum to 1: products stay as large
        (product,) = tf.while_loop(
            lambda _: True, lambda x: [tf.matmul(factor, x)], [factor], maximum_iterations=count
        )
        return tf.reduce_sum(tf.cast(product, tf.float32))

    @tf.function(autograph=False)
    def multiply_everywhere(count: tf.Tensor) -> tf.Tensor:
        return tf.add_n(strategy.experimental_local_results(strategy.run(multiply, args=(count,))))

    multiply_everywhere(tf.constant(1)).numpy()  # traces and warms up
    fastest, count, spent = 0.0, 1, 0.0
    while spent < SECONDS:
        start = time.perf_counter()
        multiply_everywhere(tf.constant(count)).numpy()
        seconds = time.perf_counter() - start
        fastest = max(fastest, count / seconds)
        spent += seconds
        if seconds < SECONDS / 4:  # longer goes, so that starting one does not count
            count *= 2
    return fastest * 2 * size**3 * strategy.num_replicas_in_sync


def _matrix_size(strategy: tf.distribute.Strategy) -> int:
    return PROCESSOR_SIZE if _on_processor(strategy) else ACCELERATOR_SIZE


def _on_processor(strategy: tf.distribute.Strategy) -> bool:
    return all("CPU" in device.upper() for device in strategy.extended.worker_devices)
