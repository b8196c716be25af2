"""Runs that start from the weights of an earlier one."""

import dataclasses

import numpy as np
import pytest
import tiny_run
from tiny_run import assert_equal_states, final_state

from selectra_pipeline.model.assignment import InitialWeightsError
from selectra_pipeline.model.initial_weights import InitialWeights
from selectra_pipeline.model.trained import load_trained
from selectra_pipeline.pretraining.checkpoint import Checkpoints
from selectra_pipeline.pretraining.history import HISTORY_FILE, read_history
from selectra_pipeline.pretraining.loop import pretrain
from selectra_pipeline.pretraining.report import accent_report
from selectra_pipeline.pretraining.run_plan import ResumeError
from selectra_pipeline.pretraining.strategy import create_strategy
from selectra_pipeline.pretraining.tracker import SilentTracker

STEPS = 6
# The first learning rate is 0: the first step measures the initial weights.
CHANGES = {
    "total_steps": STEPS,
    "log_every": 1,
    "schedule": {"warmup_steps": 3},
    "checkpoint": {"every": 2},
}


@pytest.fixture(scope="module")
def trained(unbroken) -> InitialWeights:
    """What the unbroken run learned."""
    model = load_trained(unbroken.manifest).model
    values = {variable.path: variable.numpy() for variable in model.trainable_variables}
    return InitialWeights("unbroken", values, {"discriminator": {}, "generator": {}})


def continue_from(weights, tiny, directory):
    config = tiny_run.config(**CHANGES)
    strategy = create_strategy(config)
    return pretrain(
        config, tiny.records, tiny.tokenizer, directory, SilentTracker(), strategy, weights
    )


@pytest.fixture(scope="module")
def continued(trained, tiny, tmp_path_factory):
    return continue_from(trained, tiny, tmp_path_factory.mktemp("continued"))


def first_losses(directory) -> dict[str, float]:
    entries = read_history(directory / HISTORY_FILE)
    return next(entry for entry in entries if entry["split"] == "train" and entry["step"] == 1)


def test_the_first_losses_are_those_of_the_trained_model(continued, unbroken):
    first, heldout = first_losses(continued.directory), unbroken.manifest.facts["heldout"]
    # A model that has learned nothing has ln 200 = 5.3 and 0.69.
    assert first["mlm_loss"] == pytest.approx(heldout["mlm_loss"], abs=0.4)
    assert first["rtd_loss"] == pytest.approx(heldout["rtd_loss"], abs=0.1)
    assert heldout["mlm_loss"] < 2.0


def test_a_resumed_run_goes_on_from_its_checkpoint_and_not_from_the_initial_weights(
    trained, tiny, continued, tmp_path, monkeypatch
):
    save = Checkpoints.save

    def killed(self, *measured):
        save(self, *measured)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoints, "save", killed)
        with pytest.raises(KeyboardInterrupt):
            continue_from(trained, tiny, tmp_path)
    resumed = continue_from(trained, tiny, tmp_path)
    assert_equal_states(final_state(resumed), final_state(continued))


def test_a_run_never_resumes_under_other_initial_weights(trained, tiny, continued):
    other = dataclasses.replace(
        trained, values={path: value + np.float32(1e-3) for path, value in trained.values.items()}
    )
    for weights in (other, None):
        with pytest.raises(ResumeError, match=f"initial_weights: '{trained.digest}' -> "):
            continue_from(weights, tiny, continued.directory)


def test_where_the_same_weights_lie_does_not_matter(trained, tiny, continued):
    moved = dataclasses.replace(trained, source="elsewhere")
    again = continue_from(moved, tiny, continued.directory)
    assert (again.fingerprint, again.shards) == (continued.fingerprint, continued.shards)


def test_weights_that_do_not_fit_are_refused_before_anything_is_written(trained, tiny, tmp_path):
    values = dict(trained.values)
    del values["electra/generator_head/bias"]
    with pytest.raises(InitialWeightsError, match="generator_head/bias is missing"):
        continue_from(dataclasses.replace(trained, values=values), tiny, tmp_path)
    assert list(tmp_path.iterdir()) == []  # the name of the run is still free


def test_the_accent_audit_measures_from_the_initial_weights(trained, tiny, continued):
    def median_movement(report: str) -> float:
        return float(report.splitlines()[-1].split("|")[-2])

    moved = median_movement(accent_report(continued, tiny.records, trained))
    assert moved < 0.1  # in 6 steps; from the random weights it would be about 1
    assert median_movement(accent_report(continued, tiny.records)) > 0.5
