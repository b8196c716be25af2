import dataclasses
import json
import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
import tiny_run
from tiny_run import STEPS, ListTracker, assert_equal_states, config, final_state

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.model.flops import training_flops
from selectra_pipeline.pretraining import loop, training_state
from selectra_pipeline.pretraining.best_checkpoints import INDEX_FILE
from selectra_pipeline.pretraining.checkpoint import (
    BEST,
    CHECKPOINTS,
    Checkpoints,
    ResumeError,
)
from selectra_pipeline.pretraining.evaluation import HeldoutEvaluation
from selectra_pipeline.pretraining.finiteness import NonFiniteLossError
from selectra_pipeline.pretraining.history import HISTORY_FILE, read_history
from selectra_pipeline.pretraining.interruption import TrainingInterrupted
from selectra_pipeline.pretraining.loop import pretrain
from selectra_pipeline.pretraining.run_definition import defining_facts
from selectra_pipeline.pretraining.strategy import create_strategy
from selectra_pipeline.pretraining.tracker import SilentTracker
from selectra_pipeline.records.reader import training_batches
from selectra_pipeline.shards.files import local_copy
from selectra_pipeline.shards.manifest import MANIFEST_NAME, Manifest
from selectra_pipeline.training.schedule import LearningRateSchedule
from selectra_pipeline.vocabulary.tokenizer import Tokenizer


class ForbiddenTracker:
    """Fails the test when anything is measured."""

    def metrics(self, values, step):
        pytest.fail(f"something ran: {values} at step {step}")


def train_again(tiny, directory, tracker=None, **changes):
    tracker = tracker or SilentTracker()
    run = config(**changes)
    return pretrain(run, tiny.records, tiny.tokenizer, directory, tracker, create_strategy(run))


def history_steps(directory, split):
    entries = read_history(directory / HISTORY_FILE)
    return [entry["step"] for entry in entries if entry["split"] == split]


# A run from beginning to end


def test_the_losses_fall(unbroken):
    train = [values for _, values in unbroken.told if "train/loss" in values]
    assert train[0]["train/mlm_loss"] > 3.5
    assert train[0]["train/rtd_loss"] > train[-1]["train/rtd_loss"]
    heldout = unbroken.manifest.facts["heldout"]
    # Four words and a full stop are worth about ln 4; an untrained model knows ln 200 = 5.3.
    assert heldout["mlm_loss"] < 2.0
    assert heldout["rtd_loss"] < 0.5


def test_metrics_reach_the_tracker_at_their_steps(unbroken):
    steps = {"train": [], "heldout": []}
    for step, values in unbroken.told:
        (split,) = {name.split("/")[0] for name in values}
        steps[split].append(step)
    assert steps == {"train": [10, 20, 30, 40, 50, 60], "heldout": [30, 60]}
    rates = [v["train/learning_rate"] for _, v in unbroken.told if "train/learning_rate" in v]
    schedule = LearningRateSchedule(config().schedule, STEPS)
    means = [np.mean([schedule(s) for s in range(end - 10, end)]) for end in range(10, 61, 10)]
    assert rates == pytest.approx(means, rel=1e-4)


def test_mfu_is_what_the_speed_takes_of_the_configured_ceiling(unbroken, tiny):
    run = config()
    model = Electra.create(run.architecture, tiny.tokenizer.size, run.precision, run.seed)
    per_example = training_flops(model, run.objective, length=32)
    for _, values in unbroken.told:
        if "train/mfu" in values:
            flops = values["train/tokens_per_second"] / 32 * per_example
            assert values["train/mfu"] == pytest.approx(flops / 1e12)


def test_the_history_holds_what_the_tracker_was_told(unbroken):
    told = [
        (step, {name.split("/")[1]: value for name, value in values.items()})
        for step, values in unbroken.told
    ]
    entries = read_history(unbroken.directory / HISTORY_FILE)
    assert told == [
        (entry.pop("step"), {k: v for k, v in entry.items() if k != "split"}) for entry in entries
    ]


def test_the_manifest_names_the_last_checkpoint_and_the_facts(unbroken):
    manifest = Manifest.load(unbroken.directory)
    manifest.verify()
    assert manifest.kind == "pretraining"
    assert [path.name for path in manifest.paths("checkpoint")] == [
        f"step-{STEPS}.data-00000-of-00001",
        f"step-{STEPS}.index",
    ]
    assert manifest.facts["step"] == STEPS
    assert manifest.facts["config"] == json.loads(json.dumps(config().to_dict()))
    values = sum(value.size for value in final_state(manifest).values())
    assert values == 3 * manifest.facts["parameters"] + 1  # weights, two moments each, the step


def test_the_run_keeps_a_copy_of_its_tokenizer(unbroken, tiny):
    assert Tokenizer.load(unbroken.directory / "tokenizer").digest == tiny.tokenizer.digest


def test_a_finished_run_is_not_run_again(unbroken, tiny):
    tracker = ListTracker()
    again = train_again(tiny, unbroken.directory, tracker, log_every=3)
    assert tracker.told == unbroken.told  # once more, from the history
    assert again.fingerprint == unbroken.manifest.fingerprint
    assert again.shards == unbroken.manifest.shards


def test_a_run_that_was_killed_before_its_manifest_only_writes_that(unbroken, tiny, tmp_path):
    directory = tmp_path / "run"
    shutil.copytree(unbroken.directory, directory)
    (directory / MANIFEST_NAME).unlink()
    tracker = ListTracker()
    manifest = train_again(tiny, directory, tracker)
    assert tracker.told == unbroken.told
    assert manifest.facts == unbroken.manifest.facts
    assert manifest.shards == unbroken.manifest.shards
    assert history_steps(directory, "heldout") == [30, 60]


# Interrupted runs


class SigtermTracker:
    """Sends a real SIGTERM to this process when step 25 is reported."""

    def metrics(self, values, step):
        if step == 25 and "train/loss" in values:
            os.kill(os.getpid(), signal.SIGTERM)


@pytest.fixture(scope="module")
def interrupted(tiny, tmp_path_factory) -> tuple[Path, str]:
    """The directory of a run that got a SIGTERM at step 25, and what the error said."""
    directory = tmp_path_factory.mktemp("interrupted")
    with pytest.raises(TrainingInterrupted) as caught:
        train_again(tiny, directory, SigtermTracker(), log_every=5)
    return directory, str(caught.value)


def test_sigterm_saves_and_stops_after_the_current_step(interrupted):
    directory, message = interrupted
    assert message.startswith(f"SIGTERM at step 25 of {STEPS}: the state is saved")
    assert (directory / CHECKPOINTS / "step-25.index").exists()
    assert not (directory / MANIFEST_NAME).exists()


def test_no_host_leaves_before_the_state_is_saved(tiny, tmp_path, monkeypatch):
    happened = []
    save = Checkpoints.save

    def note_save(checkpoints):
        happened.append("saved")
        return save(checkpoints)

    monkeypatch.setattr(Checkpoints, "save", note_save)
    monkeypatch.setattr(loop, "wait_for_all", lambda strategy: happened.append("waited"))
    with pytest.raises(TrainingInterrupted):
        train_again(tiny, tmp_path, SigtermTracker(), log_every=5)
    assert happened[-2:] == ["saved", "waited"]


def test_a_resumed_run_ends_in_the_same_weights_however_it_is_watched(
    interrupted, unbroken, tiny, tmp_path
):
    directory = tmp_path / "run"
    shutil.copytree(interrupted[0], directory)
    tracker = ListTracker()
    manifest = train_again(
        tiny,
        directory,
        tracker,
        log_every=7,
        steps_per_loop=4,
        checkpoint={"every": 50, "keep": 1},
        evaluation={"every": 60, "batches": 2},
    )
    assert_equal_states(final_state(manifest), final_state(unbroken.manifest))
    assert manifest.fingerprint == unbroken.manifest.fingerprint
    assert manifest.facts["heldout"] == unbroken.manifest.facts["heldout"]
    before, after = [5, 10, 15, 20, 25], [28, 35, 42, 49, 56, 60]
    assert history_steps(directory, "train") == before + after
    # The tracker of the second process knows what the first one measured.
    assert [step for step, values in tracker.told if "train/loss" in values] == before + after


class StepsTracker:
    """Keeps the steps at which the training was reported."""

    def __init__(self):
        self.steps = []

    def metrics(self, values, step):
        self.steps += [step] if "train/loss" in values else []


def test_a_run_on_a_remote_storage_goes_on_where_it_stopped(unbroken, tiny, bucket):
    directory, tracker = bucket / "run", StepsTracker()
    with pytest.raises(TrainingInterrupted):
        train_again(tiny, directory, SigtermTracker(), log_every=5)
    train_again(tiny, directory, tracker)
    assert tracker.steps == [5, 10, 15, 20, 25, 30, 40, 50, 60]  # what came before is told again
    assert history_steps(directory, "train") == [5, 10, 15, 20, 25, 30, 40, 50, 60]
    with local_copy(directory) as copy:
        assert_equal_states(final_state(Manifest.load(copy)), final_state(unbroken.manifest))


def test_a_run_with_batches_of_several_lengths_resumes_bit_by_bit(tiny_of_all_lengths, tmp_path):
    """Each length has a graph of its own; which comes at a step depends on the step alone."""
    buckets = {"length_buckets": [12, 20], "total_steps": 30, "schedule": {"warmup_steps": 3}}
    tiny = tiny_of_all_lengths
    unbroken = train_again(tiny, tmp_path / "unbroken", **buckets)
    with pytest.raises(TrainingInterrupted):
        train_again(tiny, tmp_path / "broken", SigtermTracker(), log_every=5, **buckets)
    resumed = train_again(tiny, tmp_path / "broken", **buckets)
    assert_equal_states(final_state(resumed), final_state(unbroken))
    lines = [e for e in read_history(tmp_path / "broken" / HISTORY_FILE) if e["split"] == "train"]
    assert len(lines) == 6
    batches = training_batches(tiny.records, 16, seed=3, length_buckets=(12, 20)).take(30)
    assert {batch.input_ids.shape[1] for batch in batches} == {12, 20, 32}


def run_and_kill(tiny, directory, kill_at):
    settings = tiny_run.settings(
        log_every=1, checkpoint={"every": 5, "keep": 2}, evaluation={"every": STEPS}
    )
    command = [
        sys.executable,
        tiny_run.__file__,
        tiny.records.directory,
        tiny.tokenizer_directory,
        directory,
        json.dumps(settings),
        *map(str, kill_at),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return Manifest.load(directory)


@pytest.mark.parametrize(
    "kills", [3, pytest.param(20, marks=pytest.mark.slow)], ids=lambda kills: f"{kills}_kills"
)
def test_a_run_that_is_killed_again_and_again_ends_in_the_same_weights(
    kills, tiny, unbroken, tmp_path
):
    kill_at = sorted(random.Random(kills).sample(range(2, STEPS - 6), kills))
    manifest = run_and_kill(tiny, tmp_path, kill_at)
    assert_equal_states(final_state(manifest), final_state(unbroken.manifest))
    assert history_steps(tmp_path, "train") == list(range(1, STEPS + 1))


# Going on under another plan

LONGER = {"total_steps": 90, "schedule": {"restarts": [STEPS]}}


@pytest.fixture
def copied(unbroken, tmp_path):
    """A finished run of its own."""
    directory = tmp_path / "run"
    shutil.copytree(unbroken.directory, directory)
    return directory


def test_a_finished_run_that_goes_on_equals_an_unbroken_one_of_the_new_plan(
    copied, tiny, tmp_path_factory
):
    continued = train_again(tiny, copied, **LONGER)
    whole = train_again(tiny, tmp_path_factory.mktemp("whole"), **LONGER)
    assert_equal_states(final_state(continued), final_state(whole))
    assert continued.facts == whole.facts
    assert continued.fingerprint == whole.fingerprint
    assert history_steps(copied, "train") == list(range(10, 91, 10))


def test_a_finished_run_stays_finished_until_the_longer_one_has_a_checkpoint(
    copied, unbroken, tiny
):
    class Sudden(Exception):
        pass

    class Stop:
        def metrics(self, values, step):
            if step == stop_at:
                raise Sudden

    stop_at = 70  # before the checkpoint of step 80
    with pytest.raises(Sudden):
        train_again(tiny, copied, Stop(), **LONGER)
    assert Manifest.load(copied).fingerprint == unbroken.manifest.fingerprint
    told = ListTracker()
    assert train_again(tiny, copied, told).shards == unbroken.manifest.shards
    assert told.told == unbroken.told  # and nothing of the longer one
    stop_at = 90  # after it
    with pytest.raises(Sudden):
        train_again(tiny, copied, Stop(), **LONGER)
    assert not (copied / MANIFEST_NAME).exists()
    with pytest.raises(ResumeError, match="ends at step 60, which is behind the run"):
        train_again(tiny, copied, ForbiddenTracker())


def test_more_steps_alone_are_refused_with_the_setting_that_goes_on(copied, unbroken, tiny):
    with pytest.raises(ResumeError, match=r"set pretraining\.schedule\.restarts=\[60\]"):
        train_again(tiny, copied, ForbiddenTracker(), total_steps=90)
    assert Manifest.load(copied).fingerprint == unbroken.manifest.fingerprint


# The best checkpoint


WITH_THE_BEST = {
    "evaluation": {"every": 20},
    "checkpoint": {"keep": 1, "keep_best": 1, "best_metric": "rtd_loss"},
}


def test_a_checkpoint_of_a_run_that_was_killed_before_it_competed_does_so(tiny, tmp_path):
    train_again(tiny, tmp_path, **WITH_THE_BEST)
    (tmp_path / MANIFEST_NAME).unlink()
    shutil.rmtree(tmp_path / CHECKPOINTS / BEST)
    manifest = train_again(tiny, tmp_path, **WITH_THE_BEST)
    assert manifest.facts["best"]["step"] == STEPS
    manifest.verify()


def test_a_checkpoint_that_a_signal_asked_for_does_not_compete(tiny, tmp_path):
    """Were it one of the best, which one is best would depend on when a machine was taken away."""
    watched = {
        "evaluation": {"every": 5, "batches": 2},
        "checkpoint": {"every": 20, "keep": 1, "keep_best": 9},
    }
    with pytest.raises(TrainingInterrupted):
        train_again(tiny, tmp_path, SigtermTracker(), log_every=5, **watched)
    assert (tmp_path / CHECKPOINTS / "step-25.index").exists()
    train_again(tiny, tmp_path, log_every=5, **watched)
    listed = json.loads((tmp_path / CHECKPOINTS / BEST / INDEX_FILE).read_text())
    assert {entry["step"] for entry in listed["checkpoints"]} == {20, 40, 60}
    assert history_steps(tmp_path, "heldout") == list(range(5, 61, 5))


def test_what_evaluation_fails_on_is_saved_already(tiny, tmp_path, monkeypatch):
    def too_little_memory(*_):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(HeldoutEvaluation, "__call__", too_little_memory)
        with pytest.raises(MemoryError):
            train_again(tiny, tmp_path, **WITH_THE_BEST)
    assert (tmp_path / CHECKPOINTS / "step-20.index").exists()
    train_again(tiny, tmp_path, **WITH_THE_BEST)
    assert history_steps(tmp_path, "heldout") == [20, 40, 60]


def test_the_manifest_names_the_best_checkpoint_beside_the_last(tiny, tmp_path, unbroken):
    manifest = train_again(tiny, tmp_path, **WITH_THE_BEST)
    heldout = {
        entry["step"]: entry["rtd_loss"]
        for entry in read_history(tmp_path / HISTORY_FILE)
        if entry["split"] == "heldout"
    }
    assert set(heldout) == {20, 40, 60}
    best = min(heldout, key=heldout.get)
    manifest.verify()
    assert [path.name for path in manifest.paths("best")] == [
        f"step-{best}.data-00000-of-00001",
        f"step-{best}.index",
    ]
    assert manifest.facts["best"]["step"] == best
    assert manifest.facts["best"]["heldout"]["rtd_loss"] == heldout[best]
    assert_equal_states(final_state(manifest), final_state(unbroken.manifest))
    assert (unbroken.manifest.paths("best"), unbroken.manifest.facts["best"]) == ([], None)


# What cannot work


def test_another_configuration_in_the_same_directory_is_refused(unbroken, tiny):
    with pytest.raises(ResumeError) as caught:
        train_again(tiny, unbroken.directory, ForbiddenTracker(), seed=4, schedule={"peak": 1e-3})
    assert "pretraining.seed: 3 -> 4" in str(caught.value)
    assert "pretraining.schedule.peak: 0.004 -> 0.001" in str(caught.value)
    assert Manifest.load(unbroken.directory).fingerprint == unbroken.manifest.fingerprint


def test_an_exploding_loss_stops_the_run_and_names_step_and_batch(tiny, tmp_path, monkeypatch):
    class WithASpike(LearningRateSchedule):
        def __call__(self, step):
            return super().__call__(step) + tf.where(step == 12, 1e30, 0.0)

    monkeypatch.setattr(training_state, "LearningRateSchedule", WithASpike)
    with pytest.raises(NonFiniteLossError) as caught:
        train_again(tiny, tmp_path, checkpoint={"every": 10, "keep": 2})
    message = str(caught.value)
    per_epoch = tiny.records.count("train") // 16
    epoch, batch = divmod(13, per_epoch)
    assert f"at step 13 (epoch {epoch}, batch {batch}, seed 3)" in message
    assert "pretraining.schedule.peak" in message
    assert str(tmp_path / CHECKPOINTS / "step-10") in message
    assert history_steps(tmp_path, "train") == [10]
    run = loop.PretrainingRun(
        config(), tiny.records, tiny.tokenizer, tmp_path, SilentTracker(), create_strategy(config())
    )
    run.resume()
    assert run.step == 10
    for variable in run.model.trainable_variables:
        assert np.isfinite(variable.numpy()).all(), variable.path


def test_records_of_another_tokenizer_are_refused(tiny, tmp_path):
    other = Tokenizer([*tiny.tokenizer.vocabulary[:-1], "otra"])
    with pytest.raises(ConfigError, match="made with another vocabulary; run the records stage"):
        pretrain(
            config(), tiny.records, other, tmp_path, SilentTracker(), create_strategy(config())
        )
    assert list(tmp_path.iterdir()) == []


def test_sequences_longer_than_the_positions_are_refused(tiny, tmp_path):
    with pytest.raises(ConfigError, match=r"sequence_length=32 is longer than .*=16; raise"):
        train_again(tiny, tmp_path, architecture={"max_position_embeddings": 16})


def test_a_batch_larger_than_the_records_is_refused(tiny, tmp_path):
    with pytest.raises(ConfigError, match="batch_size=100000 does not fit"):
        train_again(tiny, tmp_path, batch_size=100_000)


def test_what_defines_a_run_is_all_but_how_it_is_watched(tiny):
    facts = defining_facts(config(), tiny.records, tiny.tokenizer)
    watched = {
        "checkpoint": {"every": 1},
        "evaluation": {"every": 1},
        "log_every": 1,
        "peak_teraflops": 2.0,
        "steps_per_loop": 9,
        "accumulation_steps": 2,
        "logit_rows": 7,
    }
    assert defining_facts(config(**watched), tiny.records, tiny.tokenizer) == facts
    for change in ({"seed": 9}, {"total_steps": 61}, {"batch_size": 8}, {"precision": "bfloat16"}):
        assert defining_facts(config(**change), tiny.records, tiny.tokenizer) != facts
    renamed = dataclasses.replace(tiny.records, fingerprint="other")
    assert defining_facts(config(), renamed, tiny.tokenizer) == facts
