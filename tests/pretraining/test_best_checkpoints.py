import json

import pytest

from selectra_pipeline.config.base import ConfigError
from selectra_pipeline.config.checkpoint import CheckpointConfig
from selectra_pipeline.pretraining.best_checkpoints import INDEX_FILE, BestCheckpoints


class Folder:
    """Checkpoints that are texts, in a folder whose best ones are kept in `best`."""

    def __init__(self, folder, **config):
        self.folder = folder
        self.best = BestCheckpoints(folder / "best", CheckpointConfig(**config))

    def offer(self, step, **heldout):
        prefix = self.folder / f"step-{step}"
        for suffix in (".index", ".data-00000-of-00001"):
            prefix.with_name(prefix.name + suffix).write_text(f"{step}{suffix}")
        self.best.offer(prefix, step, heldout)

    def steps(self):
        return [entry.step for entry in self.best.listed()]

    def names(self):
        return {path.name for path in (self.folder / "best").glob("step-*")}


def test_the_best_by_the_metric_are_listed_best_first(tmp_path):
    folder = Folder(tmp_path, keep_best=2, best_metric="rtd_auc")
    for step, auc in ((1, 0.6), (2, 0.9), (3, 0.7), (4, 0.5)):
        folder.offer(step, rtd_auc=auc)
    assert folder.steps() == [2, 3]
    content = json.loads((tmp_path / "best" / INDEX_FILE).read_text())
    assert content["metric"] == "rtd_auc"
    assert content["checkpoints"][0] == {"step": 2, "heldout": {"rtd_auc": 0.9}}


def test_of_a_loss_less_is_better(tmp_path):
    folder = Folder(tmp_path, keep_best=1, best_metric="mlm_loss")
    for step, loss in ((1, 5.0), (2, 3.0), (3, 4.0)):
        folder.offer(step, mlm_loss=loss)
    assert folder.steps() == [2]


def test_the_files_of_the_dropped_are_removed_and_those_of_the_best_are_whole(tmp_path):
    folder = Folder(tmp_path, keep_best=1)
    folder.offer(1, rtd_auc=0.6)
    folder.offer(11, rtd_auc=0.9)  # its name begins like that of step 1
    assert folder.names() == {"step-11.index", "step-11.data-00000-of-00001"}
    assert folder.best.first().step == 11
    assert [path.read_text() for path in folder.best.files()] == [
        "11.data-00000-of-00001",
        "11.index",
    ]


def test_of_equals_the_earlier_is_better_and_nan_is_worst(tmp_path):
    folder = Folder(tmp_path, keep_best=3)
    for step, auc in ((1, float("nan")), (2, 0.8), (3, 0.8), (4, 0.1)):
        folder.offer(step, rtd_auc=auc)
    assert folder.steps() == [2, 3, 4]


def test_another_process_goes_on_with_the_list(tmp_path):
    Folder(tmp_path, keep_best=2).offer(1, rtd_auc=0.9)
    folder = Folder(tmp_path, keep_best=2)
    folder.offer(2, rtd_auc=0.8)
    folder.offer(3, rtd_auc=0.85)
    assert folder.steps() == [1, 3]


def test_a_step_that_comes_again_is_listed_once(tmp_path):
    folder = Folder(tmp_path, keep_best=3)
    folder.offer(1, rtd_auc=0.9)
    folder.offer(1, rtd_auc=0.9)
    assert folder.steps() == [1]


def test_another_metric_ranks_anew_what_is_kept(tmp_path):
    folder = Folder(tmp_path, keep_best=2, best_metric="rtd_auc")
    folder.offer(1, rtd_auc=0.9, mlm_loss=4.0)
    folder.offer(2, rtd_auc=0.8, mlm_loss=3.0)
    by_loss = Folder(tmp_path, keep_best=2, best_metric="mlm_loss")
    by_loss.offer(3, rtd_auc=0.7, mlm_loss=3.5)
    assert by_loss.steps() == [2, 3]


def test_a_copy_that_was_cut_short_is_not_listed_and_removed_later(tmp_path):
    folder = Folder(tmp_path, keep_best=1)
    folder.offer(1, rtd_auc=0.5)
    (tmp_path / "best" / "step-2.index").write_text("cut sho")
    assert folder.steps() == [1]
    folder.offer(3, rtd_auc=0.4)
    assert folder.names() == {"step-1.index", "step-1.data-00000-of-00001"}


def test_forgetting_keeps_what_is_not_later(tmp_path):
    folder = Folder(tmp_path, keep_best=3)
    for step in (1, 2, 3):
        folder.offer(step, rtd_auc=0.5)
    folder.best.forget_after(2)
    assert folder.steps() == [1, 2]
    assert len(folder.names()) == 4


def test_where_none_are_wanted_none_are_kept_and_none_removed(tmp_path):
    Folder(tmp_path, keep_best=0).offer(1, rtd_auc=0.9)
    assert not (tmp_path / "best").exists()
    assert (Folder(tmp_path).best.first(), Folder(tmp_path).best.files()) == (None, [])
    Folder(tmp_path, keep_best=1).offer(1, rtd_auc=0.9)
    Folder(tmp_path, keep_best=0).offer(2, rtd_auc=0.95)
    assert Folder(tmp_path).steps() == [1]


def test_a_metric_that_the_run_does_not_measure_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match=r"best_metric=rtd_auc is not measured .* of mlm_loss"):
        Folder(tmp_path, keep_best=1).offer(1, mlm_loss=3.0)
