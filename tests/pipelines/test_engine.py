"""The corpus engine as a whole: the same bytes for every executor, and after any kill."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import engine_run
from engine_run import contents, execution
from fake_slurm import FakeSlurm
from selectra_pipeline.shards.manifest import Manifest

SOURCE = Path(__file__).parents[2] / "src"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return engine_run.write_corpus(tmp_path_factory.mktemp("engine") / "corpus")


@pytest.fixture(scope="module")
def expected(corpus, tmp_path_factory):
    """What one process makes of the corpus."""
    output = tmp_path_factory.mktemp("one")
    engine_run.run(corpus, output, execution(workers=1))
    return contents(output)


def test_one_process_finds_what_was_planted(expected, corpus, tmp_path):
    engine_run.run(corpus, tmp_path, execution(workers=1, task_megabytes=99))
    assert contents(tmp_path) == expected  # however the files are grouped
    facts = Manifest.load(tmp_path / "documents").facts
    assert set(facts["rejected"]) == {"too_short", "duplicate", "near_duplicate"}
    kept = sum(counts["documents"] for counts in facts["kept"].values())
    assert kept + sum(facts["rejected"].values()) == facts["documents_read"] == 360
    assert facts["near_duplicates"]["dropped"] == facts["rejected"]["near_duplicate"]


def test_two_workers_leave_the_same_bytes(expected, corpus, tmp_path):
    engine_run.run(corpus, tmp_path, execution(workers=2))
    assert contents(tmp_path) == expected


def test_ray_leaves_the_same_bytes(expected, corpus, tmp_path, ray_cluster):
    engine_run.run(corpus, tmp_path, execution("ray", ray={"memory_gb": 0.1}))
    assert contents(tmp_path) == expected


@pytest.mark.slow  # each of its 41 tasks is a process of its own
def test_slurm_leaves_the_same_bytes(expected, corpus, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", FakeSlurm(tmp_path / "slurm").path)
    monkeypatch.setenv("PYTHONPATH", str(SOURCE))
    slurm = {"partition": "short", "poll_seconds": 0.2}
    engine_run.run(corpus, tmp_path / "out", execution("slurm", slurm=slurm))
    assert contents(tmp_path / "out") == expected


def start(corpus, output, workers):
    return subprocess.Popen(
        [sys.executable, engine_run.__file__, corpus, output, str(workers)],
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def kill_something(process, draw):
    """SIGKILL for the run or for one of its workers: children of its fork server."""
    try:
        run = psutil.Process(process.pid)
        workers = set(run.children(recursive=True)).difference(run.children())
        victim = (
            run if not workers or draw.random() < 0.5 else draw.choice(sorted(workers, key=pid))
        )
        victim.kill()
    except psutil.NoSuchProcess:
        return


def pid(process):
    return process.pid


def count_files(folder):
    """How many files and folders there are; they come and go meanwhile."""
    return sum(len(names) + len(folders) for _, folders, names in os.walk(folder))


def wait_for_progress(process, output, entries, draw):
    """Wait until there are so many more files, and a little longer."""
    target = count_files(output) + entries
    while process.poll() is None and count_files(output) < target:
        time.sleep(0.005)
    time.sleep(draw.uniform(0.0, 0.1))


def run_with_kills(corpus, output, seed, kills):
    """Start the run again and again, killing something at a random moment of the first ones.

    A run that ends before it is killed begins afresh.
    """
    draw = random.Random(seed)
    workers = draw.choice((1, 2))
    ended_early = 0
    while kills:
        process = start(corpus, output, workers)
        wait_for_progress(process, output, draw.randint(1, 40), draw)
        kill_something(process, draw)
        process.communicate(timeout=120)
        if process.returncode == 0:
            ended_early += 1
            assert ended_early < 10
            shutil.rmtree(output)
            output.mkdir()
        else:
            kills -= 1
    process = start(corpus, output, workers)
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors[-3000:]


@pytest.mark.parametrize("seed", [1, 5])  # with one worker, and with two
def test_a_killed_run_ends_with_the_same_bytes(expected, corpus, tmp_path, seed):
    run_with_kills(corpus, tmp_path, seed, kills=2)
    assert contents(tmp_path) == expected


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6, 18))
def test_a_run_that_is_killed_time_and_again_ends_with_the_same_bytes(
    expected, corpus, tmp_path, seed
):
    run_with_kills(corpus, tmp_path, seed, kills=6)
    assert contents(tmp_path) == expected


def test_the_workers_of_a_killed_run_end_too(corpus, tmp_path):
    process = start(corpus, tmp_path, workers=2)
    family = []
    while len(family) < 4:  # the fork server, its tracker, two workers
        assert process.poll() is None
        family = psutil.Process(process.pid).children(recursive=True)
        time.sleep(0.05)
    process.kill()
    process.communicate(timeout=60)
    _, alive = psutil.wait_procs(family, timeout=30)
    assert not alive
