"""Where the step runs: one `tf.distribute` strategy for every kind of device."""

import json
import os

import tensorflow as tf

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.pretraining import HostsConfig, PretrainingConfig, TpuConfig

TF_CONFIG = "TF_CONFIG"  # TensorFlow's own description of a cluster, in the environment


def create_strategy(config: PretrainingConfig) -> tf.distribute.Strategy:
    """The strategy that the configuration names.

    Call it before anything else in the process uses TensorFlow: several hosts and TPUs must be set
    up first.

    Raises:
        ConfigError: a device or another host is not there, or the batch can't be shared out.
    """
    makers = {
        "cpu": lambda: tf.distribute.OneDeviceStrategy("/cpu:0"),
        "gpu": lambda: tf.distribute.OneDeviceStrategy("/gpu:0"),
        "multi_gpu": tf.distribute.MirroredStrategy,
        "multi_host": lambda: _all_hosts(config.hosts),
        "tpu": lambda: _tpu(config.tpu),
    }
    require_devices(config)
    strategy = makers[config.strategy]()
    check_batch(config, strategy.num_replicas_in_sync)
    return strategy


def check_batch(config: PretrainingConfig, replicas: int) -> None:
    """Raise `ConfigError` unless every replica gets the same number of whole micro-batches."""
    parts = config.accumulation_steps
    if config.batch_size % (replicas * parts):
        unit = replicas * parts
        below, above = config.batch_size // unit * unit, (config.batch_size // unit + 1) * unit
        raise ConfigError(
            f"batch_size={config.batch_size} can't be divided among {replicas} devices with "
            f"accumulation_steps={parts}; use {f'{below} or ' if below else ''}{above}"
        )


def require_devices(config: PretrainingConfig) -> None:
    """Raise `ConfigError` where GPUs or the names of other hosts are missing; starts no device.

    So it does where the batch can't be shared out among those that can be counted.
    """
    if config.strategy == "gpu":
        _require_gpus(1)
    if config.strategy == "multi_gpu":
        check_batch(config, _require_gpus(2))
    if config.strategy == "multi_host" and TF_CONFIG not in os.environ:  # which counts first
        check_batch(config, max(1, len(config.hosts.addresses)))
    if config.strategy == "multi_host" and TF_CONFIG in os.environ:
        _require_cluster()
    described = TF_CONFIG in os.environ or len(config.hosts.addresses) >= 2
    if config.strategy == "multi_host" and not described:
        raise ConfigError(
            "strategy=multi_host needs pretraining.hosts.addresses (name:port of two hosts or "
            "more) and pretraining.hosts.index, or TF_CONFIG in the environment"
        )


def _require_cluster() -> None:
    """Raise `ConfigError` unless TF_CONFIG has a cluster and says which of its tasks this one is.

    Without them TensorFlow takes this host to be alone, and none would be the chief, which saves.
    """
    try:
        described = json.loads(os.environ[TF_CONFIG])
        cluster, task = tf.train.ClusterSpec(described["cluster"]), described["task"]
        cluster.task_address(task["type"], int(task["index"]))
    except KeyError as error:
        raise _no_cluster(f"{error} is missing") from error
    except (ValueError, TypeError) as error:
        raise _no_cluster(error) from error


def _no_cluster(reason: object) -> ConfigError:
    return ConfigError(
        f"{TF_CONFIG} is no description of a cluster: {reason}; give it the addresses and the "
        "place of this host, "
        '{"cluster": {"worker": ["NAME:PORT", ...]}, "task": {"type": "worker", "index": 0}}, or '
        "unset it and set pretraining.hosts.addresses and pretraining.hosts.index"
    )


def _require_gpus(wanted: int) -> int:
    found = len(tf.config.list_physical_devices("GPU"))
    if found == 0:
        raise ConfigError(
            "TensorFlow sees no GPU; install a driver and run make install-gpu, or use strategy=cpu"
        )
    if found < wanted:
        raise ConfigError("strategy=multi_gpu, but there is one GPU; use strategy=gpu")
    return found


def _all_hosts(hosts: HostsConfig) -> tf.distribute.Strategy:
    if TF_CONFIG not in os.environ:
        task = {"type": "worker", "index": hosts.index}
        cluster = {"worker": list(hosts.addresses)}
        os.environ[TF_CONFIG] = json.dumps({"cluster": cluster, "task": task})
    try:
        return tf.distribute.MultiWorkerMirroredStrategy()
    except RuntimeError as error:  # "Collective ops must be configured at program startup"
        raise ConfigError(
            f"TensorFlow was used before the hosts could be joined ({error}); run the earlier "
            "stages on one host, then `kedro run --pipeline pretraining` on all of them"
        ) from error
    except (ValueError, KeyError) as error:
        raise _no_cluster(error) from error


def _tpu(tpu: TpuConfig) -> tf.distribute.Strategy:
    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(
            tpu.name, zone=tpu.zone, project=tpu.project
        )
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
    except (tf.errors.OpError, ValueError, RuntimeError, OSError) as error:
        raise ConfigError(
            f"no TPU {tpu.name!r} can be used ({str(error).splitlines()[0]}); docs/tpu.md has the "
            "environment that a TPU VM needs"
        ) from error
    return tf.distribute.TPUStrategy(resolver)
