"""Probes in a pre-training run: when they are made, and that they leave no trace in the weights."""

import os
import signal
from functools import partial

import pytest
from tiny_run import assert_equal_states, config, final_state

from selectra_pipeline.downstream.probe import NerProbe
from selectra_pipeline.downstream.reading.record import TaskDataError
from selectra_pipeline.pretraining.history import HISTORY_FILE, read_history
from selectra_pipeline.pretraining.interruption import TrainingInterrupted
from selectra_pipeline.pretraining.loop import pretrain
from selectra_pipeline.pretraining.strategy import create_strategy
from selectra_pipeline.pretraining.tracker import SilentTracker

CONLL = "uno O\ndos B-LOC\ntres I-LOC\n\ncuatro O\ndos B-LOC\n. O\n"


def probing(every, path="files are never read"):
    return config(
        probe={
            "every": every,
            "train": str(path),
            "test": str(path),
            "finetuning": {"max_length": 32, "epochs": 2},
        }
    )


def probes(directory):
    return [e for e in read_history(directory / HISTORY_FILE) if e["split"] == "probe"]


def train(settings, tiny, directory, create_probe):
    return pretrain(
        settings,
        tiny.records,
        tiny.tokenizer,
        directory,
        SilentTracker(),
        create_strategy(settings),
        create_probe=create_probe,
    )


class CountingProbe:
    """Scores the n-th probe n; asks for a stop, and gives up, at those in `interrupted_at`."""

    def __init__(self, interrupted_at=()):
        self.count = 0
        self.interrupted_at = interrupted_at

    def __call__(self, model, asked_to_stop):
        self.count += 1
        if self.count in self.interrupted_at:
            os.kill(os.getpid(), signal.SIGTERM)
        return None if asked_to_stop() else {"f1": float(self.count)}


def never_created():
    pytest.fail("a probe was made")


def test_the_weights_of_a_run_that_is_probed_are_those_of_one_that_is_not(tiny, unbroken, tmp_path):
    path = tmp_path / "uno.conll"
    path.write_text(CONLL, encoding="utf-8")
    settings = probing(30, path)
    directory = tmp_path / "run"
    manifest = train(settings, tiny, directory, partial(NerProbe, settings.probe, tiny.tokenizer))
    assert_equal_states(final_state(manifest), final_state(unbroken.manifest))
    assert manifest.fingerprint == unbroken.manifest.fingerprint
    assert [entry["step"] for entry in probes(directory)] == [0, 30, 60]
    assert all(0 <= entry["f1"] <= 1 for entry in probes(directory))


def test_the_initial_weights_and_every_so_many_steps_are_probed(tiny, tmp_path):
    train(probing(25), tiny, tmp_path, CountingProbe)
    assert [(entry["step"], entry["f1"]) for entry in probes(tmp_path)] == [
        (0, 1.0),
        (25, 2.0),
        (50, 3.0),
    ]


def test_a_probe_that_a_signal_cut_short_is_made_when_the_run_goes_on(tiny, tmp_path):
    with pytest.raises(TrainingInterrupted, match="SIGTERM at step 25"):
        train(probing(25), tiny, tmp_path, partial(CountingProbe, interrupted_at=[2]))
    assert [entry["step"] for entry in probes(tmp_path)] == [0]
    train(probing(25), tiny, tmp_path, CountingProbe)
    assert [(entry["step"], entry["f1"]) for entry in probes(tmp_path)] == [
        (0, 1.0),
        (25, 1.0),
        (50, 2.0),
    ]


def test_a_probe_whose_files_are_missing_fails_before_anything_is_written(tiny, tmp_path):
    settings = probing(25, tmp_path / "none")
    directory = tmp_path / "run"
    with pytest.raises(TaskDataError, match="is no file"):
        train(settings, tiny, directory, partial(NerProbe, settings.probe, tiny.tokenizer))
    assert not directory.exists()


def test_a_finished_run_needs_no_probe_any_more(tiny, unbroken):
    again = train(probing(25), tiny, unbroken.directory, never_created)
    assert again.fingerprint == unbroken.manifest.fingerprint
