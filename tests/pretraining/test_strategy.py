import json
import os
import threading

import pytest
import tensorflow as tf

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.pretraining import HostsConfig, PretrainingConfig
from selectra_pipeline.pretraining import hosts
from selectra_pipeline.pretraining.hosts import has_several_hosts, is_chief, is_seen
from selectra_pipeline.pretraining.strategy import (
    TF_CONFIG,
    check_batch,
    create_strategy,
    require_devices,
)

NO_GPU = pytest.mark.skipif(
    bool(tf.config.list_physical_devices("GPU")), reason="this machine has a GPU"
)


def error_of(**params) -> str:
    with pytest.raises(ConfigError) as caught:
        create_strategy(PretrainingConfig.from_params(params))
    return str(caught.value)


@pytest.fixture
def no_cluster(monkeypatch):
    monkeypatch.delenv(TF_CONFIG, raising=False)


def test_one_processor_is_one_replica_that_writes():
    strategy = create_strategy(PretrainingConfig())
    assert strategy.num_replicas_in_sync == 1
    assert is_chief(strategy)
    assert not has_several_hosts(strategy)


@NO_GPU
@pytest.mark.parametrize("name", ["gpu", "multi_gpu"])
def test_a_missing_gpu_is_named_with_the_way_out(name):
    assert "no GPU; install a driver and run make install-gpu" in error_of(strategy=name)


def test_a_file_of_another_host_may_appear_late(tmp_path, monkeypatch):
    appears = threading.Timer(0.2, (tmp_path / "late").touch)
    appears.start()
    assert is_seen(tmp_path / "late")
    monkeypatch.setattr(hosts, "SHARED_WITHIN", 0.0)
    assert not is_seen(tmp_path / "never")


def test_several_hosts_need_addresses_or_the_environment(no_cluster):
    message = error_of(strategy="multi_host")
    assert "pretraining.hosts.addresses" in message
    assert TF_CONFIG in message


def test_hosts_cannot_be_joined_after_tensorflow_was_used(no_cluster):
    tf.zeros([1])
    hosts = {"addresses": ["localhost:1", "localhost:2"], "index": 0}
    message = error_of(strategy="multi_host", hosts=hosts)
    assert "run the earlier stages on one host" in message
    cluster = json.loads(os.environ.pop(TF_CONFIG))
    assert cluster["cluster"] == {"worker": ["localhost:1", "localhost:2"]}


@pytest.mark.parametrize(
    ("described", "reason"),
    [
        ("{broken", "Expecting property name"),
        ("{}", "'cluster' is missing"),
        ("[]", "list indices must be integers"),
        ('{"cluster": {}, "task": {"type": "worker", "index": 0}}', "No such job in cluster"),
        ('{"cluster": {"worker": ["a:1", "b:1"]}}', "'task' is missing"),
        ('{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker"}}', "'index' is missing"),
        (
            '{"cluster": {"worker": ["a:1", "b:1"]}, "task": {"type": "worker", "index": 2}}',
            "No task with index 2",
        ),
    ],
)
def test_a_broken_description_of_the_cluster_is_refused(monkeypatch, described, reason):
    monkeypatch.setenv(TF_CONFIG, described)
    with pytest.raises(ConfigError, match=f"TF_CONFIG is no description of .*{reason}") as caught:
        require_devices(PretrainingConfig(strategy="multi_host"))
    assert "or unset it and set pretraining.hosts.addresses" in str(caught.value)


def test_a_missing_tpu_is_named_with_the_way_out():
    message = error_of(strategy="tpu")
    assert "no TPU 'local' can be used" in message
    assert "docs/tpu.md" in message


@pytest.mark.parametrize(
    ("batch_size", "accumulation_steps", "advice"),
    [(30, 1, "28 or 32"), (24, 4, "16 or 32"), (2, 1, "use 4"), (32, 8, None), (8, 2, None)],
)
def test_every_replica_gets_whole_micro_batches(batch_size, accumulation_steps, advice):
    config = PretrainingConfig(
        batch_size=batch_size, accumulation_steps=1, schedule=PretrainingConfig().schedule
    )
    object.__setattr__(config, "accumulation_steps", accumulation_steps)
    if advice is None:
        check_batch(config, 4)
        return
    with pytest.raises(ConfigError, match=advice):
        check_batch(config, 4)


def test_the_hosts_of_tf_config_count_and_not_those_of_the_parameters(monkeypatch):
    odd = PretrainingConfig(
        strategy="multi_host",
        batch_size=33,
        hosts=HostsConfig(addresses=("a:1", "b:1")),
        schedule=PretrainingConfig().schedule,
    )
    monkeypatch.delenv(TF_CONFIG, raising=False)
    with pytest.raises(ConfigError, match="use 32 or 34"):
        require_devices(odd)
    cluster = {"worker": ["a:1", "b:1", "c:1"]}
    task = {"type": "worker", "index": "2"}
    monkeypatch.setenv(TF_CONFIG, json.dumps({"cluster": cluster, "task": task}))
    require_devices(odd)
