"""Settings and data that all tests share."""

import itertools
import os
import posixpath
import sys
from pathlib import Path

import pytest
from etils import epath
from etils.epath import backend, gpath

import selectra_pipeline  # noqa: F401  before TensorFlow, which it sets up

BUCKETS = itertools.count()


@epath.register_path_cls("ram://")
class RamPath(gpath.PosixGPath):
    """A path of TensorFlow's file system in memory, which stands for an object store in tests."""

    _backend = backend.tf_backend

    @property
    def _path_str(self) -> str:
        first, *others = self.parts or (".",)
        return posixpath.join("ram://" if first == "ram:" else first, *others)


@pytest.fixture(scope="session")
def _ram_replaces_files():
    """Where a file is written that is there already, ram:// appends; object stores replace it."""
    import tensorflow as tf

    copy = tf.io.gfile.copy

    def replace(source: str, target: str, overwrite: bool = False) -> None:
        if overwrite and tf.io.gfile.exists(target) and not tf.io.gfile.isdir(target):
            tf.io.gfile.remove(target)
        copy(source, target, overwrite)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tf.io.gfile, "copy", replace)
        yield


@pytest.fixture
def bucket(_ram_replaces_files) -> epath.Path:
    """An empty folder on a remote storage."""
    folder = epath.Path(f"ram://bucket{next(BUCKETS)}x")  # "x": ram:// takes a prefix for a folder
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real corpora and task files, in a folder beside the repository; the tests skip without."""
    folder = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip(f"real data not present: {folder}")
    return folder


@pytest.fixture(scope="session")
def ray_cluster():
    """A Ray cluster of two cores on this machine, whose workers find the tests' modules."""
    ray = pytest.importorskip("ray")
    paths = os.pathsep.join(path for path in sys.path if path)
    ray.init(
        num_cpus=2,
        include_dashboard=False,
        log_to_driver=False,
        logging_level="ERROR",
        runtime_env={"env_vars": {"PYTHONPATH": paths}},
    )
    yield
    ray.shutdown()
