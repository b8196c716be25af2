"""Run as a script: a pre-training on two replicas, whose devices must be set up at the start.

    python replicas_run.py mirrored|host RECORDS TOKENIZER DIRECTORY CONFIG_JSON

"mirrored" trains on two virtual CPUs of this process, "host" is one of the hosts that the
configuration names. An error for people goes to stderr; the exit code is then 1.
"""

import json
import sys

import tensorflow as tf

from selectra_pipeline.config.base import UserError
from selectra_pipeline.config.pretraining import PretrainingConfig
from selectra_pipeline.pretraining import hosts
from selectra_pipeline.pretraining.loop import pretrain
from selectra_pipeline.pretraining.strategy import create_strategy
from selectra_pipeline.pretraining.tracker import SilentTracker
from selectra_pipeline.shards.manifest import Manifest
from selectra_pipeline.vocabulary.tokenizer import Tokenizer


def two_virtual_devices() -> tf.distribute.Strategy:
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0], [tf.config.LogicalDeviceConfiguration()] * 2
    )
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def main(kind: str, records: str, tokenizer: str, directory: str, config_json: str) -> None:
    config = PretrainingConfig.from_params(json.loads(config_json))
    strategy = two_virtual_devices() if kind == "mirrored" else create_strategy(config)
    assert strategy.num_replicas_in_sync == 2
    pretrain(
        config,
        Manifest.load(records),
        Tokenizer.load(tokenizer),
        directory,
        SilentTracker(),
        strategy,
    )


if __name__ == "__main__":
    hosts.SHARED_WITHIN = 0.0  # a local disk shows every file at once
    try:
        main(*sys.argv[1:])
    except UserError as error:
        sys.exit(f"{type(error).__name__}: {error}")
