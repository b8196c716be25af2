import pathlib
import pickle
import subprocess
import sys

import pytest

from selectra_pipeline.shards.paths import StorageError, as_path, file_state, is_remote, resolve


def test_a_path_without_a_scheme_is_local():
    assert as_path("data/02_intermediate") == pathlib.Path("data/02_intermediate")
    assert not is_remote("data/02_intermediate")


def test_a_scheme_survives_joining_and_pickling():
    path = as_path("gs://bucket/data") / "train.tfrecord"
    assert str(path) == "gs://bucket/data/train.tfrecord"
    assert str(path.parent) == "gs://bucket/data"
    assert str(pickle.loads(pickle.dumps(path))) == str(path)
    assert as_path(path) == path
    assert is_remote(path)


@pytest.mark.parametrize("path", ["s3://bucket/data", "gz://bucket/data"])
def test_an_unknown_scheme_is_an_error_that_names_what_is_known(path):
    with pytest.raises(StorageError, match=r"is no storage that TensorFlow knows; .* gs://BUCKET"):
        as_path(path)


def test_a_scheme_with_one_slash_is_an_error_and_no_local_folder():
    with pytest.raises(StorageError, match="write gs://bucket/data"):
        as_path(pathlib.Path("gs://bucket/data"))


def test_two_ways_to_write_one_place_resolve_to_the_same(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path)
    assert resolve(tmp_path / "link" / "a" / ".." / "b") == resolve(tmp_path / "b")
    assert resolve("gs://bucket//data/") == resolve("gs://bucket/data")


def test_size_and_time_are_known_on_every_storage(tmp_path, bucket):
    (tmp_path / "a").write_bytes(b"12345")
    (bucket / "a").write_bytes(b"12345")
    assert file_state(tmp_path / "a") == (5, (tmp_path / "a").stat().st_mtime_ns)
    assert file_state(bucket / "a").bytes == 5
    for folder in (tmp_path, bucket):
        with pytest.raises(FileNotFoundError):
            file_state(folder / "b")


def test_local_paths_need_no_tensorflow(tmp_path):
    code = (
        "import sys; from selectra_pipeline.shards.files import open_binary, write_text\n"
        "write_text(sys.argv[1], 'a'); open_binary(sys.argv[1]).close()\n"
        "sys.exit('tensorflow' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "a")], check=True)
