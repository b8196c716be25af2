"""Two devices, or two hosts, compute what one device computes, dropout included."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import replicas_run
import tiny_run

from selectra_pipeline.pretraining.checkpoint import CHECKPOINTS
from selectra_pipeline.pretraining.history import HISTORY_FILE, read_history
from selectra_pipeline.pretraining.loop import pretrain
from selectra_pipeline.pretraining.strategy import create_strategy
from selectra_pipeline.pretraining.tracker import SilentTracker
from selectra_pipeline.shards.manifest import Manifest

STEPS = 24
CHANGES = {
    "total_steps": STEPS,
    "log_every": 1,
    "schedule": {"peak": 4e-3, "warmup_steps": 5},
    "checkpoint": {"every": 8, "keep": 9},
    "evaluation": {"every": STEPS, "batches": 2},
}
RELATIVE = 1e-5


def start(kind, tiny, directory, **changes) -> subprocess.Popen:
    """A process of `replicas_run`; what it prints goes to a file beside the run."""
    settings = tiny_run.settings(**CHANGES, **changes)
    log = directory.with_name(f"{directory.name}{settings.get('hosts', {}).get('index', '')}.log")
    command = [
        sys.executable,
        replicas_run.__file__,
        kind,
        str(tiny.records.directory),
        str(tiny.tokenizer_directory),
        str(directory),
        json.dumps(settings),
    ]
    with open(log, "a") as opened:
        process = subprocess.Popen(command, stdout=opened, stderr=opened)
    process.log = log
    return process


def end(process: subprocess.Popen, code: int = 0) -> str:
    """Wait for a process to end with `code`; the end of what it printed."""
    try:
        assert process.wait(timeout=240) == code, process.log.read_text()[-4000:]
    finally:
        process.kill()
    return process.log.read_text()[-4000:]


def start_hosts(tiny, directory, **changes) -> list[subprocess.Popen]:
    addresses = [f"localhost:{free_port()}" for _ in range(2)]
    return [
        start(
            "host",
            tiny,
            directory,
            strategy="multi_host",
            hosts={"addresses": addresses, "index": index},
            **changes,
        )
        for index in range(2)
    ]


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("localhost", 0))
        return opened.getsockname()[1]


def curves(directory: Path, split: str) -> list[dict]:
    return [e for e in read_history(directory / HISTORY_FILE) if e["split"] == split]


def assert_agree(ours: Path, theirs: Path, names=("loss", "mlm_loss", "rtd_loss"), steps=STEPS):
    rows = [curves(directory, "train") for directory in (ours, theirs)]
    assert [[row["step"] for row in r] for r in rows] == [list(range(1, steps + 1))] * 2
    for name in names:
        np.testing.assert_allclose(
            *([row[name] for row in r] for r in rows), rtol=RELATIVE, err_msg=name
        )


@pytest.fixture(scope="module")
def one_device(tiny, tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("one_device")
    run = tiny_run.config(**CHANGES)
    assert run.architecture.dropout > 0
    assert run.architecture.attention_dropout > 0
    arguments = (tiny.records, tiny.tokenizer, directory, SilentTracker())
    pretrain(run, *arguments, create_strategy(run))
    return directory


@pytest.fixture(scope="module")
def mirrored(tiny, tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("mirrored") / "run"
    end(start("mirrored", tiny, directory))
    return directory


@pytest.fixture(scope="module")
def two_hosts(tiny, tmp_path_factory) -> Path:
    directory = tmp_path_factory.mktemp("two_hosts") / "run"
    for host in start_hosts(tiny, directory):
        end(host)
    return directory


@pytest.mark.parametrize("replicas", ["mirrored", "two_hosts"])
def test_losses_and_norms_equal_those_of_one_device(replicas, one_device, request):
    """Gradients are above the norm they are clipped to: clipped per replica they would differ."""
    directory = request.getfixturevalue(replicas)
    assert min(row["gradient_norm"] for row in curves(directory, "train")[:10]) > 1.0
    assert_agree(directory, one_device)
    norms = [[row["gradient_norm"] for row in curves(d, "train")] for d in (directory, one_device)]
    np.testing.assert_allclose(*norms, rtol=1e-4)


@pytest.mark.parametrize("replicas", ["mirrored", "two_hosts"])
def test_held_out_metrics_equal_those_of_one_device(replicas, one_device, request):
    directory = request.getfixturevalue(replicas)
    ours, theirs = (Manifest.load(d).facts["heldout"] for d in (directory, one_device))
    assert ours == pytest.approx(theirs, rel=1e-4)


def test_only_the_first_host_writes(two_hosts):
    assert len(curves(two_hosts, "heldout")) == 1
    assert sorted(p.name for p in (two_hosts / CHECKPOINTS).glob("*.index")) == [
        f"step-{step}.index" for step in (16, 24, 8)
    ]


def cut_off_after(directory: Path, step: int, copy: Path) -> Path:
    """A copy of a finished run as it was when its process was killed right after `step`."""
    shutil.copytree(directory, copy)
    (copy / "manifest.json").unlink()
    for path in (copy / CHECKPOINTS).glob("step-*"):
        if int(path.name.split("-")[1].split(".")[0]) > step:
            path.unlink()
    return copy


def test_a_run_of_one_device_goes_on_on_two(one_device, tiny, tmp_path):
    directory = cut_off_after(one_device, 8, tmp_path / "run")
    end(start("mirrored", tiny, directory))
    assert_agree(directory, one_device)


def test_a_run_of_two_devices_goes_on_on_one(mirrored, one_device, tiny, tmp_path):
    directory = cut_off_after(mirrored, 16, tmp_path / "run")
    run = tiny_run.config(**CHANGES)
    arguments = (tiny.records, tiny.tokenizer, directory, SilentTracker())
    pretrain(run, *arguments, create_strategy(run))
    assert_agree(directory, one_device)


def wait_for_step(directory: Path, step: int, hosts: list[subprocess.Popen]) -> None:
    deadline = time.monotonic() + 200
    while not (rows := curves(directory, "train")) or rows[-1]["step"] < step:
        assert time.monotonic() < deadline
        assert all(host.poll() is None for host in hosts), hosts[0].log.read_text()[-4000:]
        time.sleep(0.02)


def test_when_a_host_is_killed_the_other_says_so_and_both_can_go_on(one_device, tiny, tmp_path):
    directory = tmp_path / "run"
    hosts = start_hosts(tiny, directory)
    wait_for_step(directory, 9, hosts)
    hosts[1].kill()
    hosts[1].wait()
    message = end(hosts[0], code=1)
    assert "HostLostError: another host of this run stopped" in message
    assert "the same command on all hosts" in message
    for host in start_hosts(tiny, directory):
        end(host)
    assert_agree(directory, one_device)


def test_a_signal_to_one_host_stops_both_after_the_same_step_saved(tiny, tmp_path):
    directory = tmp_path / "run"
    hosts = start_hosts(tiny, directory)
    wait_for_step(directory, 3, hosts)
    os.kill(hosts[1].pid, signal.SIGTERM)
    messages = [end(host, code=1) for host in hosts]
    assert "TrainingInterrupted: another host was asked to stop at step" in messages[0]
    assert "TrainingInterrupted: SIGTERM at step" in messages[1]
    stopped = curves(directory, "train")[-1]["step"]
    assert f"at step {stopped} of {STEPS}" in messages[0]
    assert f"at step {stopped} of {STEPS}" in messages[1]
    assert (directory / CHECKPOINTS / f"step-{stopped}.index").exists()


def test_hosts_that_share_no_directory_are_refused(tiny, tmp_path):
    addresses = [f"localhost:{free_port()}" for _ in range(2)]
    hosts = [
        start(
            "host",
            tiny,
            tmp_path / f"disk_{index}",
            strategy="multi_host",
            hosts={"addresses": addresses, "index": index},
        )
        for index in range(2)
    ]
    for host in hosts:
        assert "not all hosts see run.json in" in end(host, code=1)
    assert not list(tmp_path.glob(f"*/{CHECKPOINTS}"))


def test_hosts_with_different_configurations_are_refused(tiny, tmp_path):
    addresses = [f"localhost:{free_port()}" for _ in range(2)]
    hosts = [
        start(
            "host",
            tiny,
            tmp_path / "run",
            strategy="multi_host",
            hosts={"addresses": addresses, "index": index},
            seed=index,
        )
        for index in range(2)
    ]
    for host in hosts:
        assert "the hosts have different configurations" in end(host, code=1)
