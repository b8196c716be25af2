import errno
import os
import subprocess

import numpy as np
import pytest
import tensorflow as tf

from selectra_pipeline.config.architecture import ArchitectureConfig
from selectra_pipeline.config.pretraining import CheckpointConfig, OptimizerConfig
from selectra_pipeline.model.electra import Electra
from selectra_pipeline.pretraining.checkpoint import (
    BEST,
    CHECKPOINTS,
    LIST,
    Checkpoints,
    is_complete,
    newest_step,
)
from selectra_pipeline.pretraining.run_plan import ResumeError
from selectra_pipeline.shards.files import StorageError
from selectra_pipeline.training.optimizer import AdamW

TINY = ArchitectureConfig(
    hidden_size=8, num_layers=1, num_heads=1, intermediate_size=8, max_position_embeddings=8
)


class Run:
    """A model and its optimizer, whose values say at which step they were saved."""

    def __init__(self, directory, seed=1, vocab_size=30, writable=True, **config):
        self.model = Electra.create(TINY, vocab_size, "float32", seed)
        self.optimizer = AdamW(self.model.trainable_variables, OptimizerConfig(), lambda step: 0.1)
        self.checkpoints = Checkpoints(
            directory, self.state(), CheckpointConfig(**config), writable
        )

    def state(self):
        return {"weights": self.model.weights_by_path(), **self.optimizer.state()}

    def save_at(self, step, heldout=None):
        self.optimizer.step.assign(step)
        self.model.generator_head.bias.assign(np.full([30], step))
        self.optimizer.second[3].assign(
            np.full(self.optimizer.second[3].shape, step / 2, np.float32)
        )
        prefix = self.checkpoints.save()
        if heldout is not None:
            self.checkpoints.offer(heldout)
        return prefix

    def restored_values(self):
        step = self.checkpoints.restore_latest()
        bias = self.model.generator_head.bias.numpy()
        slot = self.optimizer.second[3].numpy()
        assert (bias == bias[0]).all()
        assert (slot == slot.flat[0]).all()
        return step, float(bias[0]), float(slot.flat[0])


@pytest.fixture
def directory(tmp_path):
    """A run that was saved at the steps 10 and 20."""
    run = Run(tmp_path)
    run.save_at(10)
    run.save_at(20)
    return tmp_path


def file_of(directory, step, suffix):
    (path,) = (directory / CHECKPOINTS).glob(f"step-{step}.{suffix}*")
    return path


def test_a_new_directory_starts_at_step_0(tmp_path):
    run = Run(tmp_path)
    assert run.checkpoints.restore_latest() == 0
    assert run.checkpoints.latest() is None


def test_the_newest_checkpoint_wins_with_weights_slots_and_step(directory):
    run = Run(directory, seed=2)
    assert run.restored_values() == (20, 20.0, 10.0)
    assert run.checkpoints.latest() == directory / CHECKPOINTS / "step-20"


def test_every_value_comes_back_bit_by_bit(directory):
    saved, restored = Run(directory), Run(directory, seed=2)
    saved.checkpoints.restore_latest()
    restored.checkpoints.restore_latest()
    for ours, theirs in zip(
        [*restored.model.trainable_variables, *restored.optimizer.first],
        [*saved.model.trainable_variables, *saved.optimizer.first],
        strict=True,
    ):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())


def test_only_the_newest_are_kept(tmp_path):
    run = Run(tmp_path, keep=2)
    for step in (1, 2, 3):
        run.save_at(step)
    kept = {path.name for path in (tmp_path / CHECKPOINTS).glob("*.index")}
    assert kept == {"step-2.index", "step-3.index"}


def test_retention_goes_on_after_a_restart(directory):
    run = Run(directory, keep=2)
    run.checkpoints.restore_latest()
    run.save_at(30)
    kept = {path.name for path in (directory / CHECKPOINTS).glob("*.index")}
    assert kept == {"step-20.index", "step-30.index"}


def test_the_best_are_no_victims_of_retention(tmp_path):
    run = Run(tmp_path, keep=1, keep_best=1)
    for step, auc in ((10, 0.7), (20, 0.9), (30, 0.8)):
        run.save_at(step, {"rtd_auc": auc})
    run.save_at(33)  # stopped on request, not evaluated
    newest = {path.name for path in (tmp_path / CHECKPOINTS).glob("*.index")}
    assert newest == {"step-33.index"}
    best = tf.train.load_checkpoint(str(tmp_path / CHECKPOINTS / BEST / "step-20"))
    (step,) = (n for n in best.get_variable_to_shape_map() if n.startswith("step/"))
    assert best.get_tensor(step) == 20


def test_resuming_from_before_the_best_forgets_it(tmp_path):
    run = Run(tmp_path, keep_best=1)
    run.save_at(10, {"rtd_auc": 0.7})
    run.save_at(20, {"rtd_auc": 0.9})
    file_of(tmp_path, 20, "index").unlink()
    again = Run(tmp_path, keep_best=1)
    assert again.checkpoints.restore_latest() == 10
    assert again.checkpoints.best.listed() == []
    again.save_at(20, {"rtd_auc": 0.9})
    assert [entry.step for entry in again.checkpoints.best.listed()] == [20]


def test_a_save_that_was_cut_short_is_not_chosen(directory):
    """A power cut while files were written: half of each is there."""
    for suffix in ("index", "data"):
        whole = file_of(directory, 20, suffix)
        copy = whole.with_name(whole.name.replace("20", "30"))
        copy.write_bytes(whole.read_bytes()[:100])
    (directory / CHECKPOINTS / "step-30_temp").mkdir()
    run = Run(directory)
    assert run.restored_values() == (20, 20.0, 10.0)
    run.save_at(30)  # the leftovers are no obstacle
    assert Run(directory).restored_values() == (30, 30.0, 15.0)


@pytest.mark.parametrize("content", [None, b"", bytes(100), b"model_checkpoint_path: "])
def test_a_lost_or_damaged_list_loses_nothing(tmp_path, content):
    run = Run(tmp_path, keep=2, keep_best=1)
    for step, auc in ((10, 0.7), (20, 0.6)):
        run.save_at(step, {"rtd_auc": auc})
    path = tmp_path / CHECKPOINTS / LIST
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    again = Run(tmp_path, keep=2, keep_best=1)
    assert newest_step(tmp_path) == 20
    assert again.restored_values() == (20, 20.0, 10.0)
    assert [entry.step for entry in again.checkpoints.best.listed()] == [10]
    again.save_at(30)
    kept = {path.name for path in (tmp_path / CHECKPOINTS).glob("*.index")}
    assert kept == {"step-20.index", "step-30.index"}  # retention knows them again


def test_what_a_kill_left_is_removed(directory):
    folder = directory / CHECKPOINTS
    (folder / "step-30_temp").mkdir()
    (folder / "step-30_temp" / "part-00000-of-00001").write_bytes(b"half")
    (folder / "step-30.data-00000-of-00001").write_bytes(b"no index yet")
    (folder / BEST).mkdir()
    (folder / BEST / ".step-20.index.1234.tmp").write_bytes(b"half")
    (folder / ".checkpoint.1234.tmp").write_bytes(b"half")
    Run(directory)  # it may be another run's: nothing is touched before that is known
    assert (folder / "step-30_temp").exists()
    Run(directory, keep_best=1).checkpoints.restore_latest()
    assert list(folder.glob(".*.tmp")) == []
    assert list(folder.glob("*step-30*")) == []
    assert list((folder / BEST).iterdir()) == []
    assert Run(directory).restored_values() == (20, 20.0, 10.0)


def test_a_host_that_only_reads_changes_nothing(directory):
    (directory / CHECKPOINTS / LIST).unlink()
    before = sorted(directory.rglob("*"))
    run = Run(directory, writable=False)
    assert run.restored_values() == (20, 20.0, 10.0)
    assert sorted(directory.rglob("*")) == before


def test_the_data_of_several_tasks_are_complete_together(directory):
    folder = directory / CHECKPOINTS
    file_of(directory, 20, "data").rename(folder / "step-20.data-00000-of-00002")
    assert not is_complete(folder / "step-20")
    (folder / "step-20.data-00001-of-00002").write_bytes(b"")
    assert is_complete(folder / "step-20")


def test_after_a_damaged_checkpoint_the_restored_one_competes(tmp_path):
    run = Run(tmp_path, keep_best=1)
    run.save_at(10)
    run.save_at(20)
    cut(file_of(tmp_path, 20, "data"), 50)
    again = Run(tmp_path, keep_best=1)
    assert again.checkpoints.restore_latest() == 10
    again.checkpoints.offer({"rtd_auc": 0.7})
    assert [path.name for path in again.checkpoints.best.files()] == [
        "step-10.data-00000-of-00001",
        "step-10.index",
    ]


@pytest.mark.parametrize("suffix", ["index", "data"])
def test_a_checkpoint_with_a_missing_file_is_passed_over(directory, suffix):
    file_of(directory, 20, suffix).unlink()
    run = Run(directory)
    assert run.restored_values() == (10, 10.0, 5.0)
    run.save_at(20)
    assert Run(directory).restored_values() == (20, 20.0, 10.0)


def test_a_directory_whose_checkpoints_were_deleted_starts_at_step_0(directory):
    for path in (directory / CHECKPOINTS).glob("step-*"):
        path.unlink()
    assert Run(directory).checkpoints.restore_latest() == 0


def test_the_newest_step_is_known_without_restoring(directory, tmp_path_factory):
    assert newest_step(directory) == 20
    file_of(directory, 20, "data").unlink()
    assert newest_step(directory) == 10
    assert newest_step(tmp_path_factory.mktemp("new")) == 0


def cut(path, kept):
    """What a power cut leaves of a file that is in the list already."""
    whole = path.read_bytes()
    path.write_bytes(whole[:kept] if kept != "zeros" else bytes(len(whole)))


@pytest.mark.parametrize("kept", [0, 50, -50, "zeros"])
@pytest.mark.parametrize("suffix", ["index", "data"])
def test_a_damaged_checkpoint_in_the_list_is_never_chosen(directory, suffix, kept, caplog):
    cut(file_of(directory, 20, suffix), kept)
    run = Run(directory)
    assert run.restored_values() == (10, 10.0, 5.0)
    assert "step-20 is damaged" in caplog.text
    run.save_at(20)
    assert Run(directory).restored_values() == (20, 20.0, 10.0)


def test_a_value_that_changed_on_disk_is_noticed(directory):
    path = file_of(directory, 20, "data")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert Run(directory).restored_values() == (10, 10.0, 5.0)


def test_a_run_whose_checkpoints_are_all_damaged_does_not_start_over_by_itself(directory):
    for step in (10, 20):
        cut(file_of(directory, step, "index"), 50)
    with pytest.raises(ResumeError, match=r"all checkpoints in .* are damaged; delete that"):
        Run(directory).checkpoints.restore_latest()


@pytest.mark.parametrize(
    "error",
    [
        tf.errors.PermissionDeniedError(None, None, "the credentials have expired"),
        tf.errors.UnavailableError(None, None, "the storage does not answer"),
        tf.errors.ResourceExhaustedError(None, None, "OOM when allocating"),
    ],
)
def test_what_storage_and_device_refuse_is_no_damage(directory, monkeypatch, error):
    """The earlier checkpoint is not taken in its place, and nobody is told to delete the run."""

    def refuse(*args, **kwargs):
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(tf.train.Checkpoint, "restore", refuse)
        with pytest.raises(ResumeError, match=f"step-20 could not be restored .{error.message}"):
            Run(directory).checkpoints.restore_latest()
    assert Run(directory).restored_values() == (20, 20.0, 10.0)


@pytest.mark.parametrize("suffix", ["index", "data"])
def test_a_file_that_may_not_be_read_is_no_damage(directory, suffix):
    """TensorFlow's reader of checkpoints has one error for this and for damage."""
    path = file_of(directory, 20, suffix)
    path.unlink()
    path.mkdir()  # root may read any file, but no folder as one
    with pytest.raises(ResumeError, match=r"Is a directory.*nothing says that it is damaged"):
        Run(directory).checkpoints.restore_latest()


def test_a_checkpoint_of_another_model_is_an_error(directory):
    with pytest.raises(ResumeError, match="step-20 is of another model"):
        Run(directory, vocab_size=31).checkpoints.restore_latest()


def test_a_run_may_move_to_another_place(directory, tmp_path_factory):
    moved = tmp_path_factory.mktemp("elsewhere") / "run"
    directory.rename(moved)
    assert Run(moved).restored_values() == (20, 20.0, 10.0)


def test_a_full_disk_is_an_error_and_the_last_checkpoint_stays_good(directory, monkeypatch):
    run = Run(directory)
    run.checkpoints.restore_latest()

    def full(*args, **kwargs):
        raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

    monkeypatch.setattr(tf.train.CheckpointManager, "save", full)
    with pytest.raises(StorageError, match="the disk is full while writing") as caught:
        run.save_at(30)
    assert caught.value.errno == errno.ENOSPC
    assert Run(directory).restored_values() == (20, 20.0, 10.0)


def test_a_disk_that_is_full_for_the_best_leaves_the_list_as_it_was(tmp_path, monkeypatch):
    run = Run(tmp_path, keep_best=1)
    run.save_at(10, {"rtd_auc": 0.7})

    def full(*args, **kwargs):
        raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

    monkeypatch.setattr(tf.io.gfile, "copy", full)
    with pytest.raises(StorageError, match="the disk is full while writing"):
        run.save_at(20, {"rtd_auc": 0.9})
    assert [entry.step for entry in run.checkpoints.best.listed()] == [10]
    assert Run(tmp_path).restored_values() == (20, 20.0, 10.0)


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, 160 kB large; a checkpoint of `Run` takes about 50 kB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", str(place)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("mounting a small disk needs root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_fills_up_leaves_the_last_checkpoint_loadable(small_disk):
    run = Run(small_disk, keep=100)

    def save_until_it_is_full():
        for step in range(1, 100):
            run.save_at(step)

    with pytest.raises(StorageError, match="the disk is full while writing"):
        save_until_it_is_full()
    saved = int(run.optimizer.step.numpy()) - 1
    assert saved > 0
    assert Run(small_disk).restored_values() == (saved, float(saved), saved / 2)
    for path in (small_disk / CHECKPOINTS).glob(f"*step-{saved + 1}*/*"):
        path.unlink()  # make room
    for path in (small_disk / CHECKPOINTS).glob("step-1.*"):
        path.unlink()
    after = Run(small_disk, keep=1)
    after.checkpoints.restore_latest()
    after.save_at(saved + 1)
    assert Run(small_disk).restored_values()[0] == saved + 1
