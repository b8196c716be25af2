import dataclasses

import numpy as np
import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.checkpoint import CheckpointConfig
from selectra_pipeline.model.trained import at_best_checkpoint, load_tokenizer, load_trained
from selectra_pipeline.pipelines.export.nodes import export_model
from selectra_pipeline.shards.manifest import Manifest


def test_every_weight_is_that_of_the_run(wide_run):
    saved = np.load(wide_run.directory / "weights.npz")
    variables = load_trained(wide_run).model.trainable_variables
    assert sorted(variable.path for variable in variables) == sorted(saved.files)
    for variable in variables:
        np.testing.assert_array_equal(variable, saved[variable.path], variable.path)


def test_the_tokenizer_is_that_of_the_run(wide_run):
    assert load_tokenizer(wide_run).tokenize("El camión") == ["El", "camión"]


def test_the_output_of_another_stage_is_refused_by_name(wide_run):
    records = dataclasses.replace(wide_run, kind="records")
    with pytest.raises(ConfigError, match=r"holds 'records', not a pre-training run"):
        load_trained(records)


def test_a_vocabulary_of_another_size_names_both_sizes(make_run):
    run = make_run(table_rows=64)
    entries = load_tokenizer(run).size
    with pytest.raises(ConfigError, match=rf"has {entries} entries.*has 64 rows"):
        load_trained(run)


def test_a_run_without_a_checkpoint_has_not_finished(wide_run):
    with pytest.raises(ConfigError, match="the run has not finished"):
        load_trained(dataclasses.replace(wide_run, shards={"checkpoint": ()}))


@pytest.fixture
def run_with_best(wide_run) -> Manifest:
    """A run that kept its best checkpoint by rtd_auc."""
    return dataclasses.replace(
        wide_run,
        shards={"checkpoint": (), "best": wide_run.shards["checkpoint"]},
        facts={**wide_run.facts, "best": {"step": 5, "heldout": {"rtd_auc": 0.9}}},
    )


def test_a_run_at_its_best_checkpoint_has_its_files_step_and_metrics(wide_run, run_with_best):
    best = at_best_checkpoint(run_with_best, CheckpointConfig(keep_best=3))
    assert best.paths("checkpoint") == wide_run.paths("checkpoint")
    assert (best.facts["step"], best.facts["heldout"]) == (5, {"rtd_auc": 0.9})
    assert best.facts["config"] == wide_run.facts["config"]
    load_trained(best)


def test_a_run_that_kept_no_best_checkpoint_says_what_to_set(wide_run):
    with pytest.raises(ConfigError, match=r"set export\.checkpoint=last, or train a new run"):
        at_best_checkpoint(wide_run, CheckpointConfig(keep_best=1))


def test_the_best_by_another_metric_than_was_kept_is_not_exported(run_with_best, tmp_path):
    arguments = {"keep_best": 1, "best_metric": "mlm_loss"}, {"model": str(tmp_path)}
    with pytest.raises(ConfigError, match=r"by rtd_auc, not by .*=mlm_loss; set that to rtd_auc"):
        export_model(run_with_best, {"checkpoint": "best"}, *arguments)
