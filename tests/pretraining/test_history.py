import json

import pytest
from tiny_run import ListTracker

from selectra_pipeline.pretraining.history import History, read_history, replay_history
from selectra_pipeline.shards.files import StorageError


@pytest.fixture
def path(tmp_path):
    """Lines of the steps 10, 20 and 30."""
    history = History(tmp_path / "history.jsonl", resume_step=0)
    for step in (10, 20, 30):
        history.append("train", step, {"loss": step / 10})
    return history.path


def steps(path):
    return [entry["step"] for entry in read_history(path)]


def test_lines_come_back_in_order_with_their_split(path):
    assert read_history(path)[1] == {"step": 20, "split": "train", "loss": 2.0}
    assert steps(path) == [10, 20, 30]


def test_metrics_are_found_by_split_and_step(path):
    history = History(path, resume_step=30)
    assert history.find("train", 20) == {"loss": 2.0}
    assert history.find("heldout", 20) is None
    assert history.find("train", 25) is None


def test_without_a_file_there_is_no_history(tmp_path):
    assert read_history(tmp_path / "history.jsonl") == []


def test_resuming_drops_what_comes_again(path):
    History(path, resume_step=20)
    assert steps(path) == [10, 20]


def test_starting_over_drops_everything(path):
    History(path, resume_step=0)
    assert steps(path) == []


def test_on_an_object_store_lines_wait_for_the_next_checkpoint(bucket):
    history = History(bucket / "history.jsonl", resume_step=0)
    for step in (10, 20):
        history.append("train", step, {"loss": 1.0})
    assert steps(history.path) == []
    history.flush()
    history.append("train", 30, {"loss": 1.0})
    assert steps(history.path) == [10, 20]
    history.flush()
    history.flush()
    assert steps(history.path) == [10, 20, 30]


@pytest.mark.parametrize("lost", [1, 2, 10])
def test_a_line_cut_short_by_a_crash_is_left_out_and_mended(path, lost):
    content = path.read_text()
    path.write_text(content[: -1 - lost])
    assert steps(path) == [10, 20]
    history = History(path, resume_step=30)
    history.append("heldout", 40, {"loss": 4.0})
    assert steps(path) == [10, 20, 40]
    assert all(json.loads(line) for line in path.read_text().splitlines())


def test_a_tracker_is_told_all_of_it_under_the_names_it_knows(path):
    History(path, resume_step=30).append("heldout", 30, {"mlm_loss": 4.0, "rtd_auc": 0.5})
    tracker = ListTracker()
    replay_history(path, tracker, last_step=30)
    assert tracker.told == [
        (10, {"train/loss": 1.0}),
        (20, {"train/loss": 2.0}),
        (30, {"train/loss": 3.0}),
        (30, {"heldout/mlm_loss": 4.0, "heldout/rtd_auc": 0.5}),
    ]


def test_what_is_later_than_the_run_is_not_told(path):
    tracker = ListTracker()
    replay_history(path, tracker, last_step=20)
    assert [step for step, _ in tracker.told] == [10, 20]


def test_a_full_disk_is_an_error_that_names_the_file(path):
    history = History(path, resume_step=30)
    path.unlink()
    path.symlink_to("/dev/full")
    with pytest.raises(StorageError, match=r"disk is full while writing .*history\.jsonl"):
        history.append("train", 40, {"loss": 4.0})
